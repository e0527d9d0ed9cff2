// A full disk, by a limit on the size of files: 503, nothing confirmed, the walls go on; then room again.   node hub_disk.mjs WALLBOARD-HUB
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Hub, Wall, check, event, finish, folder, pause, registered } from '../e2e/hub_peer.mjs';

const program = process.argv[2], log = join(folder, 'disk.db');
const hub = await Hub.start(program, ['--log', log], ['bash', '-c', 'ulimit -S -f 6000; exec "$0" "$@"']);
const wall = new Wall(hub);
check(await wall.inSync(), 'a wall is in sync');

let serial = 0, confirmed = 0, refused;
const batch = n => Array.from({ length: n }, () => registered(`D-${++serial}`, serial % 9000, 'S01', { summary: '暖气不热，楼道温度低' }));
for (let i = 0; i < 200 && !refused; i++) {
    const events = batch(500), r = await hub.post(events);
    if (r.status === 202) confirmed = r.json.seq;
    else refused = { events, r };
}
check(refused?.r.status === 503 && Number(refused.r.headers['retry-after']) > 0, 'a full disk: 503 with Retry-After', JSON.stringify(refused?.r).slice(0, 200));
check(Array.isArray(refused?.r.json?.errors), 'with an error to read', refused?.r.text);
check((await hub.request('GET', '/healthz')).status === 503, 'healthz says so');
check((await hub.post(refused.events)).status === 503, 'again 503');
wall.say({ kind: 'publish', ref: 'full', events: Array.from({ length: 400 }, () => event('alarm.acknowledged', 'D-1', 5, { stage: 'accept', by: 'x'.repeat(200) })) });
const answer = await wall.when(() => wall.answers.full);
check(answer?.kind === 'refused' && answer.reason === 'overloaded', 'a publish is refused', JSON.stringify(answer));
const beats = wall.beats;
check(await wall.when(() => wall.beats > beats, 6000) && wall.wrong.length === 0 && wall.cursor === confirmed, 'the wall goes on, at what was confirmed', `${wall.wrong[0]} ${wall.cursor} ${confirmed}`);
check(await new Wall(hub, { resume: { log: wall.welcome.log, seq: confirmed }, fold: wall.fold }).inSync(confirmed), 'and may reconnect');

execFileSync('prlimit', ['--pid', String(hub.child.pid), '--fsize=unlimited:unlimited']);
for (let i = 0; i < 100 && (await hub.request('GET', '/healthz')).status !== 200; i++) await pause(100);
check((await hub.request('GET', '/healthz')).status === 200, 'the hub finds the room by itself');
const r = await hub.post(refused.events);
check(r.status === 202 && r.json.accepted === refused.events.length && r.json.seq === confirmed + refused.events.length, 'with room again the same batch is taken, without a hole', r.text.slice(0, 200));
check((await hub.request('GET', '/healthz')).status === 200, 'healthz is well');
check(await wall.sees(refused.events.slice(-1)) && await wall.inSync(r.json.seq), 'the wall follows', wall.wrong[0]);
await pause(10);
check((await hub.stop()).code === 0, 'the hub ends with status 0');
const lines = execFileSync(program, ['export', '--log', log], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n');
check(lines.length === r.json.seq, 'the log holds exactly what was confirmed', `${lines.length} ${r.json.seq}`);
finish();
