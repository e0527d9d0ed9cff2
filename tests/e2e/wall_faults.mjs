// Faults of a hub and of the way to it, and that a wall comes through them.
//   node wall_faults.mjs WALL [ARGUMENT …]     {url} stands for the feed's address
import net from 'node:net';
import { Peer, life, sleep } from './wall_feed.mjs';

const p = new Peer();
for (let i = 0; i < 300; i++) p.take(life(i));
await p.listen();
p.run(process.argv.slice(2));
let beat = setInterval(() => p.heartbeat(), 4000);
const back = async (what, ms = 40000) => {
    const hellos = p.count('hello');
    return async () => p.check(await p.until(() => p.count('hello') > hellos, ms) && !p.ended, what,
        JSON.stringify(p.ended));
};

try {
    p.check(await p.until(() => p.status()?.stale === false, 20000), 'in sync');

    // A frame of 64 MiB, of which the wall need not read more than it must, and must not trip over.
    for (const name of ['one frame', 'fragments']) {
        const again = await back(`${name} of 64 MiB: it comes back`);
        const raw = p.socket._socket;
        const piece = Buffer.alloc(1 << 20, 0x20);
        const head = (first, size) => {
            const out = Buffer.alloc(10);
            out[0] = first;
            out[1] = 127;
            out.writeBigUInt64BE(BigInt(size), 2);
            return out;
        };
        if (name === 'one frame') raw.write(head(0x81, 64 << 20));
        for (let i = 0; i < 64 && !raw.destroyed; i++) {
            if (name === 'fragments') raw.write(head(i ? 0 : 1, 1 << 20));
            if (!raw.write(piece)) {
                await Promise.race([new Promise(r => raw.once('drain', r)),
                    new Promise(r => raw.once('close', r)), sleep(3000)]);
            }
        }
        await again();
        await p.agrees(`${name}: with the state it had`);
    }

    // More than the queue between its threads holds, as fast as the socket takes it.
    let number = 1000;
    for (let i = 0; i < 6000; i++) p.push([...life(number++), ...life(number++)]);
    await p.until(() => p.socket.bufferedAmount === 0, 30000);
    await p.agrees('36,000 events in 6,000 messages at once: none is lost', 3000);

    // The hub dies, something else answers at its address and says nothing, or a byte now and then;
    // the hub is back.
    const { port } = p;
    clearInterval(beat);
    await p.close();
    const mute = net.createServer(socket => socket.on('error', () => {}));
    const held = [];
    mute.on('connection', socket => {
        held.push(socket);
        if (held.length > 1) return;
        socket.write('HTTP/1.1 101 Switching Protocols\r\nX: ');
        const drip = setInterval(() => socket.write('y'), 200);
        socket.on('close', () => clearInterval(drip));
    });
    await new Promise(done => mute.listen(port, '127.0.0.1', done));
    p.check(await p.until(() => held.length >= 2, 60000),
        'an upgrade that nobody answers is given up and tried again', held.length);
    held.forEach(socket => socket.destroy());
    await new Promise(done => mute.close(done));
    const again = await back('the hub back at its address: it comes back', 60000);
    const at = p.seq;
    await p.listen(port);
    await again();
    const hello = p.said.findLast(m => m.kind === 'hello');
    p.check(hello?.resume?.seq === at, 'and resumes', JSON.stringify(hello?.resume));
    await p.agrees('with the state it had');

    // Silence: stale after 15 s, as it tells in its status, and live again with the next message.
    p.mute = true;
    p.said.length = 0;
    const since = Date.now();
    p.check(await p.until(() => p.said.some(m => m.kind === 'status' && m.stale), 22000),
        'after silence it tells that it is stale');
    const stale = p.said.find(m => m.kind === 'status' && m.stale);
    p.check(stale?.at - since > 13500 && stale?.at - since < 21000, 'not before 15 s',
        `${stale?.at - since} ms`);
    p.mute = false;
    p.heartbeat();
    p.check(await p.until(() => p.status()?.stale === false, 45000), 'then live again');
} catch (error) {
    p.check(false, 'the run came to its end', error.stack);
}
clearInterval(beat);
await p.end();
