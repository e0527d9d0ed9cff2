// Walls that read too little: one that answers no ping, one that stops reading, one on a slow line.   node hub_slow.mjs WALLBOARD-HUB
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { Hub, Wall, check, event, finish, folder, pause, registered } from '../e2e/hub_peer.mjs';

const program = process.argv[2], sanitized = Boolean(process.env.SANITIZE);
const hub = await Hub.start(program, ['--log', join(folder, 'slow.db')]);
const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${hub.child.pid}/status`, 'utf8'))[1]) / 1024;

// The opcodes of a server's frames, however its bytes are cut into chunks; first comes the HTTP answer.
function opcodes(each) {
    let rest = Buffer.alloc(0), upgraded = false;
    return chunk => {
        rest = Buffer.concat([rest, chunk]);
        if (!upgraded) {
            const end = rest.indexOf('\r\n\r\n');
            if (end < 0) return;
            rest = rest.subarray(end + 4);
            upgraded = true;
        }
        for (;;) {
            const short = rest[1], head = short === 127 ? 10 : short === 126 ? 4 : 2;
            if (rest.length < head) return;
            const length = short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short;
            if (rest.length < head + length) return;
            each(rest[0] & 15);
            rest = rest.subarray(head + length);
        }
    };
}

// A websocket by hand: says hello, then only counts what comes.
function raw(each) {
    const socket = net.connect(hub.port, '127.0.0.1');
    const frame = text => {
        const body = Buffer.from(text), mask = randomBytes(4);
        return Buffer.concat([Buffer.from([0x81, 0x80 | body.length]), mask, body.map((b, i) => b ^ mask[i & 3])]);
    };
    socket.write(`GET /feed/v1 HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: ticketfeed.v1\r\n\r\n`);
    socket.once('data', () => socket.write(frame('{"kind":"hello","protocol":1,"wall":"raw","node":"n"}')));
    socket.on('data', opcodes(each));
    socket.on('error', () => {});
    return new Promise(done => socket.on('close', done));
}

// Against each wall one promise; they run beside each other.
async function mute() {
    const began = Date.now();
    let pings = 0;
    await Promise.race([raw(opcode => { if (opcode === 9) pings++; }), pause(40000)]);
    const seconds = (Date.now() - began) / 1000;
    check(pings > 0 && seconds > 15 && seconds < 30, 'a wall that answers no ping is cut after 15 s', `${seconds} s, ${pings} pings`);
}

let serial = 0;
const filler = n => Array.from({ length: n }, () => registered(`F-${++serial}`, serial % 9000, 'S01', { summary: '供'.repeat(110) }));

async function stuck() {
    const wall = new Wall(hub), good = new Wall(hub);
    await wall.inSync(); await good.inSync();
    wall.socket._socket.pause();
    const before = resident();
    let posted = 0, seq = 0, told = false;
    for (let i = 0; i < 60; i++) {
        const events = filler(900);
        posted += Buffer.byteLength(JSON.stringify(events)) / 1048576;
        const r = await hub.post(events);
        seq = r.json?.seq ?? seq;
        // The hub cuts 5 s after its goodbye: on a busy machine that is over before all is posted.
        told ||= /slow-consumer"\} [1-9]/.test((await hub.request('GET', '/metrics')).text);
        if (told) wall.socket._socket.resume();
    }
    check(await good.inSync(seq, 20000), `another wall followed ${posted.toFixed(0)} MiB meanwhile`, good.wrong[0]);
    const grown = resident() - before;
    check(sanitized || grown < 1.5 * posted + 48, 'memory stayed bounded', `${grown.toFixed(0)} MiB more`);
    check(told, 'the hub counts a slow consumer');
    check((await wall.when(() => wall.closed, 20000))?.code === 4000 && wall.goodbye?.reason === 'slow-consumer', 'the one that stopped reading hears slow-consumer', JSON.stringify(wall.closed));
    const back = new Wall(hub, { resume: { log: wall.welcome.log, seq: wall.cursor }, fold: wall.fold });
    check(await back.inSync(seq, 20000) && back.welcome.mode === 'resume' && wall.wrong.length === 0, 'and resumes where it was', back.wrong[0] ?? wall.wrong[0]);
    good.end(); back.end();
}

// 20 MiB of snapshot at 2 MiB/s while events come in: long is not slow.
async function tortoise() {
    const wall = new Wall(hub);
    await wall.when(() => wall.opened);
    const socket = wall.socket._socket;
    const brake = setInterval(() => { socket.pause(); setTimeout(() => socket.resume(), 30); }, 60);
    const posts = setInterval(() => hub.post([event('ticket.expedited', 'F-1', 1, {})]), 200);
    const synced = await wall.inSync(0, 60000);
    clearInterval(posts); clearInterval(brake);
    check(synced && wall.wrong.length === 0 && wall.snapshots === 1, 'a slow line gets its whole snapshot', wall.wrong[0] ?? JSON.stringify(wall.goodbye));
    wall.end();
}

const muted = mute();
await stuck();
await Promise.all([muted, tortoise()]);
check((await hub.stop()).code === 0, 'the hub ends with status 0');
finish();
