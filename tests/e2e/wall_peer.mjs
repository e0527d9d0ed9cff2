// Holds a wall against a small hub: what it says, in what order, and whether it holds the same state.
//   node wall_peer.mjs json|msgpack WALL [ARGUMENT …]     {url} stands for the feed's address
import { Peer, life, sleep } from './wall_feed.mjs';

const [format, ...command] = process.argv.slice(2);
const token = process.env.PEER_TOKEN;
const p = new Peer({ packed: format === 'msgpack', token, tls: process.env.PEER_TLS });

for (let i = 0; i < 40; i++) p.take(life(i));
await p.listen();
p.run(command);

if (process.env.PEER_REFUSED) { // the wall has no way to trust this hub, or the hub to let it in
    await sleep(3000);
    p.check(p.connections === 0 && !p.ended, 'it does not connect, and goes on trying',
        JSON.stringify(p.ended));
    await p.end();
}
try {
    p.check(await p.until(() => p.count('hello') || p.ended, 20000) && !p.ended,
        'the wall says hello', JSON.stringify(p.ended));
    p.check(p.offered.includes('ticketfeed.v1') && p.offered.includes('ticketfeed.v1.msgpack'),
        'both subprotocols are offered', p.offered.join());
    p.check(p.said[0].kind === 'hello' && p.said[0].protocol === 1 && !p.said[0].resume,
        'the first message is a hello without resume', JSON.stringify(p.said[0]));
    p.check(p.said[0].wall === 'test-wall' && p.said[0].node === 'test-node',
        'it names wall and node');
    await p.agrees('after the snapshot it holds the same tickets');

    p.check(await p.until(() => p.status()?.seq === p.seq && p.status().stale === false, 12000),
        'a status tells the cursor drawn, not stale', JSON.stringify(p.status()));
    const FAULTS = ['unknown_kinds', 'unknown_types', 'unknown_fields', 'invalid_events',
        'bad_messages', 'gaps', 'divergences', 'resyncs', 'reconnects'];
    const s = p.status() ?? {};
    p.check(['frame', 'frame_ms', 'offset_ms'].every(k => Number.isInteger(s[k])) &&
        s.scene?.length > 0 && FAULTS.every(k => s.faults?.[k] === 0),
        'it has frame, frame_ms, offset_ms, scene and nine faults, all 0', JSON.stringify(s));

    p.push([...life(100)].reverse()); // the registration comes last
    p.push([]);
    await p.agrees('events in any order are folded in');

    let before = p.count('resync');
    p.heartbeat({ digest: '0123456789abcdef' });
    p.check(await p.until(() => p.count('resync') > before, 4000),
        'another digest brings a resync');
    await p.agrees('after it the state is right');

    before = p.count('resync');
    p.send({ kind: 'events', prev: p.seq + 5, seq: p.seq + 6, events: [] });
    p.send({ kind: 'events', prev: p.seq + 6, seq: p.seq + 7, events: [] });
    p.check(await p.until(() => p.count('resync') > before, 4000), 'a gap brings a resync');
    await sleep(300);
    p.check(p.count('resync') === before + 1, 'one for both');
    await p.agrees('after it the state is right too');

    const control = more => p.send({ kind: 'control', wall: 'test-wall', present_ms: Date.now(),
        scene: 'district-daily', moment: { mode: 'live' }, focus: null, ...more });
    const due = Date.now() + 2000;
    control({ wall: 'another-wall', scene: 'street-duty' });
    control({ scene: 'street-duty', focus: { street: '110107009' }, present_ms: due });
    p.check(await p.until(() => p.status()?.scene === 'street-duty', 6000),
        'a control changes the scene', p.status()?.scene);
    p.check(p.status().at >= due - 50, 'at the moment that it names', p.status().at - due);
    control({ scene: '../scenes/street-duty' });
    control({ moment: { mode: 'replay', at_ms: Date.now() - 3600000, speed: 60 } });
    p.check(await p.until(() => p.status()?.scene === 'district-daily', 6000),
        'the next one changes it back', p.status()?.scene);
    control({ moment: { mode: 'live' } });
    await p.agrees('and the state is right as before');

    const at = p.seq;
    p.missed = p.take(life(200));
    p.socket.terminate();
    const second = () => p.said.find(m => m.kind === 'hello' && m.connection === 2);
    p.check(await p.until(second, 20000), 'after a cut it comes back');
    p.check(second()?.resume?.log === 'PEER-LOG' && second().resume.seq === at,
        'and resumes at its cursor', JSON.stringify(second()));
    await p.agrees('with only the rest sent it holds the same tickets');

    before = p.count('resync');
    if (p.packed) p.socket.send('text on the binary protocol');
    else p.socket.send(Buffer.from([0x80]), { binary: true });
    p.check(await p.until(() => p.count('resync') > before, 4000),
        'a message with the other framing brings a resync');
    const counted = f => f.bad_messages === 1 && f.gaps === 1 && f.divergences === 1 &&
        f.resyncs === 3 && f.reconnects === 1;
    p.check(await p.until(() => counted(p.status().faults), 12000), 'all of it is counted',
        JSON.stringify(p.status().faults));
    p.check(p.badFraming === 0, 'its own messages have the framing of the subprotocol');
    if (token) {
        p.check(p.headers.authorization === `Bearer ${token}`, 'the token is sent as a bearer');
    }
} catch (error) {
    p.check(false, 'the run came to its end', error.stack);
}
await p.end();
