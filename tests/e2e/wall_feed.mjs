// A small hub for tests of the wall: it keeps tickets, answers hello and resync, and records what a
// wall says. An implementation of the feed apart from the C code, on Debian's node-ws.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';

const { WebSocketServer } = createRequire(import.meta.url)('/usr/share/nodejs/ws');
export const sleep = ms => new Promise(done => setTimeout(done, ms));

// ---- MessagePack, as much of it as the feed uses ----
export function pack(value) {
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

export function unpack(bytes) {
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

// ---- tickets ----
function fnv1a64(text) {
    let hash = 0xcbf29ce484222325n;
    for (const byte of Buffer.from(text)) {
        hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
    return hash;
}

let serial = 0;
export function event(type, subject, ms, data) {
    serial++;
    return { specversion: '1.0', id: `peer-${serial}`, source: '/test/peer', type: `ticket.${type}`,
        subject, time: new Date(ms).toISOString(), datacontenttype: 'application/json', data };
}

export function life(number) {
    const begin = Date.now() - 7200000;
    const subject = `PEER-${String(number).padStart(6, '0')}`;
    return [
        event('registered', subject, begin, { channel: 'phone', category: 'heating',
            street: `S${number % 3}`, kind: 'help', lon: 116.15 + (number % 900) / 1e4, lat: 39.92 }),
        event('dispatched', subject, begin + 60000, { unit: 'U1', mode: 'internal' }),
        event('accepted', subject, begin + 120000, {}),
    ];
}

const COLUMNS = ['ticket', 'channel', 'category', 'kind', 'street', 'community', 'lon', 'lat',
    'urgency', 'confidential', 'summary', 'milestones'];

// ---- the hub ----
export class Peer {
    constructor({ packed = false, token = null, tls = null } = {}) {
        Object.assign(this, { packed, token, tls, tickets: new Map(), seq: 0, said: [], connections: 0,
            socket: null, headers: {}, offered: [], missed: [], mute: false, failed: 0, ended: null,
            badFraming: 0, name: packed ? 'msgpack' : 'json' });
    }
    check(good, what, detail = '') {
        if (!good) this.failed++;
        const why = good || detail === '' ? '' : ` (${detail})`;
        console.log(`${good ? 'ok  ' : 'FAIL'} ${this.name}: ${what}${why}`);
        return good;
    }
    // Takes events into the state; what it returns is yet to be sent.
    take(events) {
        for (const e of events) {
            this.seq++;
            if (!this.tickets.has(e.subject)) this.tickets.set(e.subject, []);
            this.tickets.get(e.subject).push([e.type.slice(7), Date.parse(e.time), e.data]);
        }
        return events;
    }
    push(events) {
        const prev = this.seq;
        this.take(events);
        this.send({ kind: 'events', prev, seq: this.seq, events });
    }
    digest() {
        let sum = 0n;
        for (const [number, milestones] of this.tickets) {
            const last = Math.max(...milestones.map(m => m[1]));
            sum += fnv1a64(`${number}|${milestones.length}|${last}`);
        }
        return (sum & 0xffffffffffffffffn).toString(16).padStart(16, '0');
    }
    snapshot() {
        const rows = [...this.tickets].map(([number, milestones]) => {
            const d = milestones.find(m => m[0] === 'registered')[2];
            return [number, d.channel, d.category, d.kind, d.street, null, d.lon, d.lat, 'normal',
                false, null, [...milestones].sort((a, b) => a[1] - b[1])];
        });
        const half = rows.length >> 1;
        return [rows.slice(0, half), rows.slice(half)].map((part, i) => ({ kind: 'snapshot',
            seq: this.seq, part: i + 1, parts: 2, columns: COLUMNS, tickets: part,
            ...(i ? { alarms: [], commitments: [] } : {}) }));
    }
    send(message) {
        if (this.socket?.readyState !== 1 || this.mute) return;
        if (this.packed) this.socket.send(pack(message), { binary: true });
        else this.socket.send(JSON.stringify(message));
    }
    heartbeat(more = {}) {
        this.send({ kind: 'heartbeat', seq: this.seq, time_ms: Date.now(),
            tickets: this.tickets.size, digest: this.digest(), ...more });
    }
    sendAll() {
        for (const part of this.snapshot()) this.send(part);
        this.heartbeat();
    }
    greet(message) {
        const resume = message.resume?.log === 'PEER-LOG' && message.resume.seq <= this.seq;
        this.send({ kind: 'welcome', protocol: 1, log: 'PEER-LOG', seq: this.seq,
            time_ms: Date.now(), mode: resume ? 'resume' : 'snapshot',
            directory: { streets: { S0: { name: '八角街道' } } } });
        if (resume && this.missed.length) {
            this.send({ kind: 'events', prev: message.resume.seq, seq: this.seq,
                events: this.missed });
        }
        this.missed = [];
        if (resume) this.heartbeat();
        else this.sendAll();
    }
    hear(data, binary) {
        if (binary !== this.packed) this.badFraming++;
        const message = this.packed ? unpack(data) : JSON.parse(data.toString());
        message.connection = this.connections;
        message.at = Date.now();
        this.said.push(message);
        if (message.kind === 'hello') this.greet(message);
        else if (message.kind === 'resync') this.sendAll();
    }
    async listen(port = 0) {
        this.server = this.tls ? https.createServer({ cert: fs.readFileSync(`${this.tls}.crt`),
            key: fs.readFileSync(`${this.tls}.key`) }) : http.createServer();
        const ws = new WebSocketServer({ noServer: true, handleProtocols: set => {
            this.offered = [...set];
            return this.packed ? 'ticketfeed.v1.msgpack' : 'ticketfeed.v1';
        } });
        this.server.on('upgrade', (request, raw, head) => {
            this.headers = request.headers;
            if (this.token && request.headers.authorization !== `Bearer ${this.token}`) {
                raw.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
                return;
            }
            ws.handleUpgrade(request, raw, head, socket => {
                this.socket = socket;
                this.connections++;
                socket.on('message', (data, binary) => this.hear(data, binary));
                socket.on('error', () => {});
            });
        });
        await new Promise(done => this.server.listen(port, '127.0.0.1', done));
        this.port = this.server.address().port;
        this.url = `${this.tls ? 'wss' : 'ws'}://127.0.0.1:${this.port}/feed/v1`;
    }
    async close() {
        this.socket?.terminate();
        await new Promise(done => this.server.close(done));
    }
    run(command) {
        const args = command.slice(1).map(a => a.replaceAll('{url}', this.url));
        this.wall = spawn(command[0], args, { stdio: ['ignore', 'inherit', 'inherit'] });
        this.wall.on('exit', (code, signal) => { this.ended = { code, signal }; });
        process.on('exit', () => this.wall.kill('SIGKILL'));
    }
    async until(test, ms) {
        for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
            if (test()) return true;
        }
        return false;
    }
    count(kind) {
        return this.said.filter(m => m.kind === kind).length;
    }
    status() {
        return this.said.findLast(m => m.kind === 'status');
    }
    // A right heartbeat brings no resync: the wall holds the same tickets.
    async agrees(what, ms = 700) {
        const before = this.count('resync'), at = this.connections;
        this.heartbeat();
        await sleep(ms);
        this.check(this.count('resync') === before && this.connections === at && !this.ended, what);
    }
    async end() {
        this.wall.kill('SIGTERM');
        this.check(await this.until(() => this.ended, 5000) && this.ended.code === 0,
            'asked to end it ends with 0', JSON.stringify(this.ended));
        process.exit(this.failed ? 1 : 0);
    }
}
