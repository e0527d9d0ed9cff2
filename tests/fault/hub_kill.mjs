// SIGKILL while loading: what was confirmed is there afterwards, numbers have no holes, walls resume.   node hub_kill.mjs WALLBOARD-HUB
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Hub, Wall, check, event, finish, folder, pause, registered } from '../e2e/hub_peer.mjs';

const program = process.argv[2], rounds = 4, log = join(folder, 'kill.db');
const confirmed = new Map(), open = [];
let tickets = 0, head = 0;

function batch() {
    const n = 1 + Math.floor(Math.random() * 300), events = [];
    while (events.length < n) {
        const number = `K-${++tickets}`;
        events.push(registered(number, tickets % 5000), event('ticket.dispatched', number, tickets % 5000 + 3, { unit: 'U1', mode: 'internal' }), event('ticket.accepted', number, tickets % 5000 + 9, {}));
    }
    return events;
}

async function load(hub, until) {
    while (Date.now() < until) {
        const events = batch();
        open.push(events);
        const r = await hub.post(events);
        if (r.status !== 202) return;
        head = Math.max(head, r.json.seq);
        for (const e of events) confirmed.set(e.id, e);
        open.splice(open.indexOf(events), 1);
    }
}

let wall, state;
for (let round = 1; round <= rounds; round++) {
    const hub = await Hub.start(program, ['--log', log]);
    wall = new Wall(hub, state ? { resume: state.resume, fold: state.fold } : {});
    check(await wall.inSync(), `round ${round}: a wall is in sync${state ? ' by resuming' : ''}`, wall.wrong[0] ?? JSON.stringify(wall.welcome)?.slice(0, 100));
    if (state) check(wall.welcome.mode === 'resume', `round ${round}: what it had been told was durable`, JSON.stringify(wall.welcome)?.slice(0, 100));
    const before = confirmed.size, until = Date.now() + 30000;
    const posters = [1, 2, 3, 4].map(() => load(hub, until));
    while (confirmed.size < before + 2000 && Date.now() < until) await pause(10);
    await pause(Math.random() * 700);
    const ended = hub.stop('SIGKILL');
    await Promise.all(posters);
    check((await ended).signal === 'SIGKILL' && confirmed.size > before, `round ${round}: killed after ${confirmed.size - before} confirmed events`);
    await wall.when(() => wall.closed);
    check(wall.wrong.length === 0, `round ${round}: the wall saw nothing wrong`, wall.wrong[0]);
    state = { resume: { log: wall.welcome.log, seq: wall.cursor }, fold: wall.fold };
    const lines = execFileSync(program, ['export', '--log', log], { encoding: 'utf8', maxBuffer: 1 << 30 }).trim().split('\n').map(JSON.parse);
    const there = new Set(lines.map(e => e.id));
    const lost = [...confirmed.keys()].filter(id => !there.has(id));
    check(lost.length === 0, `round ${round}: every confirmed event is in the log`, `${lost.length} of ${confirmed.size} lost`);
    check(there.size === lines.length && lines.length >= head, `round ${round}: none twice, none before the confirmed head missing`, `${lines.length} ${there.size} ${head}`);
}

const hub = await Hub.start(program, ['--log', log]);
let accepted = 0, repeated = 0;
for (const events of open.splice(0)) {
    const r = await hub.post(events);
    check(r.status === 202 && r.json.accepted + r.json.repeated === events.length, 'what was not confirmed can be sent again', r.text);
    accepted += r.json.accepted; repeated += r.json.repeated; head = r.json.seq;
    check(r.json.accepted === 0 || r.json.repeated === 0, 'a batch was logged whole or not at all', r.text);
}
console.log(`     sent again: ${accepted} new, ${repeated} logged before`);
const last = new Wall(hub), old = new Wall(hub, { resume: state.resume, fold: state.fold });
check(await last.inSync(head) && await old.inSync(head), 'a new wall and the resumed one agree with the hub', `${last.wrong[0]} ${old.wrong[0]}`);
check(last.welcome.seq === head && head === tickets * 3, 'the head is the number of events: no holes', `${last.welcome.seq} ${head} ${tickets * 3}`);
await hub.stop();
finish();
