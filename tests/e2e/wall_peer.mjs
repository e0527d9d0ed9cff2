// A small hub that a wall is held against: it sends a snapshot, events and heartbeats, and checks
// what the wall says. An implementation of the feed apart from the C code, on Debian's node-ws.
//   node wall_peer.mjs json|msgpack WALL [ARGUMENT …]     {url} stands for the feed's address
import http from 'node:http';
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';

const { WebSocketServer } = createRequire(import.meta.url)('/usr/share/nodejs/ws');
const [format, ...command] = process.argv.slice(2);
const packed = format === 'msgpack';
const PROTOCOL = packed ? 'ticketfeed.v1.msgpack' : 'ticketfeed.v1';
const TOKEN = process.env.PEER_TOKEN;

// ---- MessagePack, as much of it as the feed uses ----
function pack(value) {
    if (value === null) return Buffer.from([0xc0]);
    if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
    if (typeof value === 'number' && Number.isInteger(value)) {
        if (value >= 0 && value < 128) return Buffer.from([value]);
        const out = Buffer.alloc(9);
        out[0] = 0xd3;
        out.writeBigInt64BE(BigInt(value), 1);
        return out;
    }
    if (typeof value === 'number') {
        const out = Buffer.alloc(9);
        out[0] = 0xcb;
        out.writeDoubleBE(value, 1);
        return out;
    }
    const head = (tag, count) => {
        const out = Buffer.alloc(5);
        out[0] = tag;
        out.writeUInt32BE(count, 1);
        return out;
    };
    if (typeof value === 'string') {
        const text = Buffer.from(value);
        return Buffer.concat([head(0xdb, text.length), text]);
    }
    if (Array.isArray(value)) return Buffer.concat([head(0xdd, value.length), ...value.map(pack)]);
    const pairs = Object.entries(value).filter(([, v]) => v !== undefined);
    return Buffer.concat([head(0xdf, pairs.length), ...pairs.flatMap(([k, v]) => [pack(k), pack(v)])]);
}

function unpack(bytes) {
    let at = 0;
    const number = n => {
        const start = at;
        at += n;
        return start;
    };
    const text = n => bytes.toString('utf8', at, (at += n));
    const list = n => Array.from({ length: n }, () => read());
    const map = n => Object.fromEntries(Array.from({ length: n }, () => [read(), read()]));
    function read() {
        const tag = bytes[at++];
        if (tag < 0x80) return tag;
        if (tag < 0x90) return map(tag & 15);
        if (tag < 0xa0) return list(tag & 15);
        if (tag < 0xc0) return text(tag & 31);
        if (tag >= 0xe0) return tag - 256;
        switch (tag) {
        case 0xc0: return null;
        case 0xc2: return false;
        case 0xc3: return true;
        case 0xcb: return bytes.readDoubleBE(number(8));
        case 0xcc: return bytes.readUInt8(number(1));
        case 0xcd: return bytes.readUInt16BE(number(2));
        case 0xce: return bytes.readUInt32BE(number(4));
        case 0xcf: return Number(bytes.readBigUInt64BE(number(8)));
        case 0xd0: return bytes.readInt8(number(1));
        case 0xd1: return bytes.readInt16BE(number(2));
        case 0xd2: return bytes.readInt32BE(number(4));
        case 0xd3: return Number(bytes.readBigInt64BE(number(8)));
        case 0xd9: return text(bytes.readUInt8(number(1)));
        case 0xda: return text(bytes.readUInt16BE(number(2)));
        case 0xdb: return text(bytes.readUInt32BE(number(4)));
        case 0xdc: return list(bytes.readUInt16BE(number(2)));
        case 0xdd: return list(bytes.readUInt32BE(number(4)));
        case 0xde: return map(bytes.readUInt16BE(number(2)));
        case 0xdf: return map(bytes.readUInt32BE(number(4)));
        default: throw new Error(`MessagePack tag ${tag}`);
        }
    }
    const value = read();
    if (at !== bytes.length) throw new Error('bytes behind the MessagePack value');
    return value;
}

// ---- the state a wall should hold ----
const tickets = new Map(); // number → milestones [type, ms, data]
let seq = 0;
let serial = 0;

function fnv1a64(text) {
    let hash = 0xcbf29ce484222325n;
    for (const byte of Buffer.from(text)) {
        hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
    return hash;
}

function digest() {
    let sum = 0n;
    for (const [number, milestones] of tickets) {
        sum += fnv1a64(`${number}|${milestones.length}|${Math.max(...milestones.map(m => m[1]))}`);
    }
    return (sum & 0xffffffffffffffffn).toString(16).padStart(16, '0');
}

function event(type, subject, ms, data) {
    serial++;
    return { specversion: '1.0', id: `peer-${serial}`, source: '/test/peer', type: `ticket.${type}`,
        subject, time: new Date(ms).toISOString(), datacontenttype: 'application/json', data };
}

function take(events) {
    for (const e of events) {
        seq++;
        if (!tickets.has(e.subject)) tickets.set(e.subject, []);
        tickets.get(e.subject).push([e.type.slice(7), Date.parse(e.time), e.data]);
    }
    return events;
}

function life(number) {
    const begin = Date.now() - 7200000;
    const subject = `PEER-${String(number).padStart(6, '0')}`;
    return [
        event('registered', subject, begin, { channel: 'phone', category: 'heating',
            street: `S${number % 3}`, kind: 'help', lon: 116.2 + number / 1e4, lat: 39.9 }),
        event('dispatched', subject, begin + 60000, { unit: 'U1', mode: 'internal' }),
        event('accepted', subject, begin + 120000, {}),
    ];
}

const COLUMNS = ['ticket', 'channel', 'category', 'kind', 'street', 'community', 'lon', 'lat',
    'urgency', 'confidential', 'summary', 'milestones'];

function snapshot() {
    const rows = [...tickets].map(([number, milestones]) => {
        const d = milestones.find(m => m[0] === 'registered')[2];
        return [number, d.channel, d.category, d.kind, d.street, null, d.lon, d.lat, 'normal', false,
            null, [...milestones].sort((a, b) => a[1] - b[1])];
    });
    const half = rows.length >> 1;
    return [rows.slice(0, half), rows.slice(half)].map((part, i) => ({ kind: 'snapshot', seq,
        part: i + 1, parts: 2, columns: COLUMNS, tickets: part,
        ...(i ? { alarms: [], commitments: [] } : {}) }));
}

// ---- the hub ----
let failed = 0;
function check(good, what, detail = '') {
    if (!good) failed++;
    console.log(`${good ? 'ok  ' : 'FAIL'} ${format}: ${what}${good || detail === '' ? '' : ` (${detail})`}`);
    return good;
}

const said = []; // every message of the wall, over all connections
let socket = null, connections = 0, headers = {}, offered = [];
let answer = true;

function send(message) {
    if (socket?.readyState !== 1) return;
    if (packed) socket.send(pack(message), { binary: true });
    else socket.send(JSON.stringify(message));
}
const heartbeat = (more = {}) => send({ kind: 'heartbeat', seq, time_ms: Date.now(),
    tickets: tickets.size, digest: digest(), ...more });
function sendAll() {
    for (const part of snapshot()) send(part);
    heartbeat();
}

const server = http.createServer();
const ws = new WebSocketServer({ noServer: true, handleProtocols: set => {
    offered = [...set];
    return PROTOCOL;
} });
server.on('upgrade', (request, raw, head) => {
    headers = request.headers;
    if (TOKEN && headers.authorization !== `Bearer ${TOKEN}`) {
        raw.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
        return;
    }
    ws.handleUpgrade(request, raw, head, peer => {
        socket = peer;
        connections++;
        peer.on('message', (data, binary) => {
            if (binary !== packed) check(false, 'messages have the framing of the subprotocol');
            const message = packed ? unpack(data) : JSON.parse(data.toString());
            message.connection = connections;
            said.push(message);
            if (message.kind === 'hello' && answer) {
                const resume = message.resume?.log === 'PEER-LOG' && message.resume.seq <= seq;
                send({ kind: 'welcome', protocol: 1, log: 'PEER-LOG', seq, time_ms: Date.now(),
                    mode: resume ? 'resume' : 'snapshot',
                    directory: { streets: { S0: { name: '八角街道' } } } });
                if (resume && missed.length) {
                    send({ kind: 'events', prev: message.resume.seq, seq, events: missed });
                }
                missed = [];
                if (resume) heartbeat();
                else sendAll();
            } else if (message.kind === 'resync') {
                sendAll();
            }
        });
        peer.on('error', () => {});
    });
});

let missed = [];
const sleep = ms => new Promise(done => setTimeout(done, ms));
async function until(test, ms) {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
        if (test()) return true;
    }
    return false;
}
const count = kind => said.filter(m => m.kind === kind).length;
// A right heartbeat brings no resync: the wall holds the same tickets.
async function agrees(what) {
    const before = count('resync'), at = connections;
    heartbeat();
    await sleep(700);
    check(count('resync') === before && connections === at, what);
}

for (let i = 0; i < 40; i++) take(life(i));
await new Promise(done => server.listen(0, '127.0.0.1', done));
const url = `ws://127.0.0.1:${server.address().port}/feed/v1`;
const wall = spawn(command[0], command.slice(1).map(a => a.replaceAll('{url}', url)),
    { stdio: ['ignore', 'inherit', 'inherit'] });
let ended = null;
wall.on('exit', (code, signal) => { ended = { code, signal }; });
process.on('exit', () => wall.kill('SIGKILL'));

try {
    check(await until(() => count('hello') || ended, 20000) && !ended, 'the wall says hello',
        JSON.stringify(ended));
    check(offered.includes('ticketfeed.v1') && offered.includes('ticketfeed.v1.msgpack'),
        'both subprotocols are offered', offered.join());
    check(said[0].kind === 'hello' && said[0].protocol === 1 && !said[0].resume,
        'the first message is a hello without resume', JSON.stringify(said[0]));
    check(said[0].wall === 'test-wall' && said[0].node === 'test-node', 'it names wall and node');
    await agrees('after the snapshot it holds the same tickets');

    const status = () => said.findLast(m => m.kind === 'status');
    check(await until(() => status()?.seq === seq && status().stale === false, 12000),
        'a status tells the cursor drawn, not stale', JSON.stringify(status()));
    const FAULTS = ['unknown_kinds', 'unknown_types', 'unknown_fields', 'invalid_events',
        'bad_messages', 'gaps', 'divergences', 'resyncs', 'reconnects'];
    const s = status() ?? {};
    check(['frame', 'frame_ms', 'offset_ms'].every(k => Number.isInteger(s[k])) &&
        s.scene?.length > 0 && FAULTS.every(k => s.faults?.[k] === 0),
        'it has frame, frame_ms, offset_ms, scene and nine faults, all 0', JSON.stringify(s));

    let prev = seq;
    const late = take([...life(100)].reverse()); // the registration comes last
    send({ kind: 'events', prev, seq, events: late });
    prev = seq;
    send({ kind: 'events', prev, seq, events: [] });
    await agrees('events in any order are folded in');

    let before = count('resync');
    heartbeat({ digest: '0123456789abcdef' });
    check(await until(() => count('resync') > before, 4000), 'another digest brings a resync');
    await agrees('after it the state is right');

    before = count('resync');
    send({ kind: 'events', prev: seq + 5, seq: seq + 6, events: [] });
    send({ kind: 'events', prev: seq + 6, seq: seq + 7, events: [] });
    check(await until(() => count('resync') > before, 4000), 'a gap brings a resync');
    await sleep(300);
    check(count('resync') === before + 1, 'one for both');
    await agrees('after it the state is right too');

    const at = seq;
    missed = take(life(200));
    socket.terminate();
    check(await until(() => said.at(-1)?.kind === 'hello' || connections > 1, 15000) &&
        await until(() => said.some(m => m.kind === 'hello' && m.connection === 2), 5000),
        'after a cut it comes back');
    const again = said.find(m => m.kind === 'hello' && m.connection === 2);
    check(again?.resume?.log === 'PEER-LOG' && again.resume.seq === at, 'and resumes at its cursor',
        JSON.stringify(again));
    await agrees('with only the rest sent it holds the same tickets');

    before = count('resync');
    if (packed) socket.send('text on the binary protocol');
    else socket.send(Buffer.from([0x80]), { binary: true });
    check(await until(() => count('resync') > before, 4000),
        'a message with the other framing brings a resync');
    check(await until(() => status().faults.bad_messages === 1 && status().faults.gaps === 1 &&
        status().faults.divergences === 1 && status().faults.resyncs === 3 &&
        status().faults.reconnects === 1, 12000), 'all of it is counted', JSON.stringify(status().faults));
    if (TOKEN) check(headers.authorization === `Bearer ${TOKEN}`, 'the token is sent as a bearer');
} catch (error) {
    check(false, 'the run came to its end', error.stack);
}
wall.kill('SIGTERM');
check(await until(() => ended, 5000) && ended.code === 0, 'asked to end it ends with 0',
    JSON.stringify(ended));
process.exit(failed ? 1 : 0);
