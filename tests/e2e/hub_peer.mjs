// A second implementation of the feed's other end, for tests of the hub: starts a hub, posts events, follows the feed
// over node-ws, folds tickets on its own and compares digests. Nothing of it is shared with the C code.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import http from 'node:http';
import https from 'node:https';

const require = createRequire(import.meta.url);
const WebSocket = require(existsSync('/usr/share/nodejs/ws') ? '/usr/share/nodejs/ws' : 'ws');

export const ONE = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';
export const pause = ms => new Promise(done => setTimeout(done, ms));

let failures = 0;
export function check(holds, what, detail = '') {
    if (!holds) failures++;
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}${!holds && detail !== '' ? `: ${detail}` : ''}`);
    return !!holds;
}
export function finish() { process.exit(failures ? 1 : 0); }

export const folder = mkdtempSync(join(tmpdir(), 'wallboard-hub-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

// A running hub; its port is the one that it says.
export class Hub {
    static async start(program, args, wrapper = []) {
        const hub = new Hub();
        const [command, ...rest] = [...wrapper, program, 'serve', '--listen', '127.0.0.1:0', ...args];
        hub.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
        hub.errors = '';
        hub.child.stderr.on('data', d => { hub.errors += d; });
        hub.ended = new Promise(done => hub.child.on('exit', (code, signal) => done({ code, signal })));
        let text = '';
        await new Promise((done, failed) => {
            hub.child.stdout.on('data', d => { text += d; if (text.includes('\n')) done(); });
            hub.ended.then(e => failed(new Error(`the hub ended: ${JSON.stringify(e)} ${hub.errors}`)));
        });
        hub.port = Number(/^listening on \S+:(\d+)\n/.exec(text)[1]);
        return hub;
    }
    stop(signal = 'SIGTERM') { this.child.kill(signal); return this.ended; }
    request(method, path, body, { type, token, headers = {}, secure } = {}) {
        return new Promise(done => {
            const data = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
            const all = { ...(type ? { 'content-type': type } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}),
                ...(data ? { 'content-length': data.length } : {}), ...headers };
            const request = (secure ? https : http).request({ port: this.port, host: '127.0.0.1', method, path, headers: all, agent: false, timeout: 20000, ...secure }, answer => {
                let text = '';
                answer.on('data', d => { text += d; });
                answer.on('end', () => { let json; try { json = JSON.parse(text); } catch { json = undefined; } done({ status: answer.statusCode, headers: answer.headers, text, json }); });
            });
            request.on('timeout', () => request.destroy(new Error('timeout')));
            request.on('error', e => done({ status: 0, text: e.message, headers: {} }));
            request.end(data);
        });
    }
    post(events, options = {}) { return this.request('POST', '/events', events, { type: Array.isArray(events) ? BATCH : ONE, ...options }); }
}

// FNV-1a, 64 bit.
function fnv(text) {
    let h = 0xcbf29ce484222325n;
    for (const byte of Buffer.from(text, 'ascii')) h = ((h ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    return h;
}

const MILESTONES = new Set(('registered dispatched accepted returned whistled reported extended expedited supervised suspended resumed ' +
    'resolved surveyed reopened excluded included archived amended').split(' '));

// The tickets as this peer understands the stream: number → times of its milestones.
export class Fold {
    constructor() { this.tickets = new Map(); this.known = new Set(); }
    event(e) {
        const key = `${e.source} ${e.id}`;
        if (this.known.has(key)) return;
        this.known.add(key);
        if (e.type === 'ticket.removed') { this.tickets.delete(e.subject); return; }
        if (!e.type.startsWith('ticket.') || !MILESTONES.has(e.type.slice(7))) return;
        if (!this.tickets.has(e.subject)) this.tickets.set(e.subject, []);
        this.tickets.get(e.subject).push(Date.parse(e.time));
    }
    digest() {
        let sum = 0n;
        for (const [number, times] of this.tickets) sum += fnv(`${number}|${times.length}|${Math.max(...times)}`);
        return (sum & 0xffffffffffffffffn).toString(16).padStart(16, '0');
    }
}

// Enough of MessagePack for the feed.
function unpack(bytes) {
    let at = 0;
    const big = (n, signed) => { const v = signed ? bytes.readBigInt64BE(at) : bytes.readBigUInt64BE(at); at += n; return Number(v); };
    const uint = n => { if (n === 8) return big(8, false); const v = bytes.readUIntBE(at, n); at += n; return v; };
    const int = n => { if (n === 8) return big(8, true); const v = bytes.readIntBE(at, n); at += n; return v; };
    const text = n => { const v = bytes.toString('utf8', at, at + n); at += n; return v; };
    const list = n => Array.from({ length: n }, value);
    const map = n => { const v = {}; for (let i = 0; i < n; i++) { const key = value(); v[key] = value(); } return v; };
    function value() {
        const b = bytes[at++];
        if (b < 0x80) return b;
        if (b >= 0xe0) return b - 256;
        if (b < 0x90) return map(b & 15);
        if (b < 0xa0) return list(b & 15);
        if (b < 0xc0) return text(b & 31);
        if (b === 0xc0) return null;
        if (b === 0xc2 || b === 0xc3) return b === 0xc3;
        if (b === 0xca) { const v = bytes.readFloatBE(at); at += 4; return v; }
        if (b === 0xcb) { const v = bytes.readDoubleBE(at); at += 8; return v; }
        if (b >= 0xcc && b <= 0xcf) return uint(1 << (b - 0xcc));
        if (b >= 0xd0 && b <= 0xd3) return int(1 << (b - 0xd0));
        if (b >= 0xd9 && b <= 0xdb) return text(uint(1 << (b - 0xd9)));
        if (b === 0xdc || b === 0xdd) return list(uint(b === 0xdc ? 2 : 4));
        if (b === 0xde || b === 0xdf) return map(uint(b === 0xde ? 2 : 4));
        throw new Error(`MessagePack byte ${b}`);
    }
    const v = value();
    if (at !== bytes.length) throw new Error('bytes behind the message');
    return v;
}

// A wall that follows the feed and notes whatever breaks the protocol.
export class Wall {
    constructor(hub, { hello = {}, token, protocols = ['ticketfeed.v1'], silent = false, resume, fold, deflate = false, secure, path = '/feed/v1' } = {}) {
        Object.assign(this, { messages: [], wrong: [], cursor: resume?.seq ?? null, fold: fold ?? new Fold(), left: [], waiting: [], answers: {} });
        this.socket = new WebSocket(`${secure ? 'wss' : 'ws'}://127.0.0.1:${hub.port}${path}`, protocols,
            { headers: token ? { authorization: `Bearer ${token}` } : {}, perMessageDeflate: deflate, ...secure });
        this.socket.on('open', () => {
            this.opened = true;
            if (!silent) this.say({ kind: 'hello', protocol: 1, wall: 'test', node: 'here', ...(resume ? { resume } : {}), ...hello });
            this.look();
        });
        this.socket.on('message', (data, isBinary) => { try { this.take(data, isBinary); } catch (e) { this.wrong.push(e.message); } this.look(); });
        this.socket.on('close', (code, reason) => { this.closed = { code, reason: String(reason) }; this.look(); });
        this.socket.on('unexpected-response', (request, answer) => { this.status = answer.statusCode; this.closed = { code: 0 }; answer.resume(); this.look(); });
        this.socket.on('error', () => { this.closed ??= { code: 0 }; this.look(); });
    }
    say(message) { this.socket.send(typeof message === 'string' ? message : JSON.stringify(message)); }
    look() { for (const f of [...this.waiting]) f(); }
    when(test, ms = 8000) {
        return new Promise(done => {
            const timer = setTimeout(() => end(undefined), ms);
            const end = v => { clearTimeout(timer); this.waiting = this.waiting.filter(f => f !== again); done(v); };
            const again = () => { const v = test(); if (v) end(v); };
            this.waiting.push(again);
            again();
        });
    }
    take(data, isBinary) {
        if (data.length > 1048576) this.wrong.push(`a message of ${data.length} bytes`);
        const m = isBinary ? unpack(data) : JSON.parse(data);
        this.messages.push(m);
        if (m.kind === 'snapshot') this.part(m);
        else if (m.kind === 'events') this.events(m);
        else if (m.kind === 'heartbeat') this.beat(m);
        else if (m.kind === 'welcome') this.welcome = m;
        else if (m.kind === 'goodbye') this.goodbye = m;
        else if (m.kind === 'board') this.board = m;
        else if (m.kind === 'directory') this.directory = m.directory;
        else if (m.ref) this.answers[m.ref] = m;
    }
    part(m) {
        if (m.part === 1) { this.next = { fold: new Fold(), part: 0, seq: m.seq, parts: m.parts }; this.rows = []; }
        const n = this.next;
        if (!n || m.part !== n.part + 1 || m.seq !== n.seq || m.parts !== n.parts) { this.wrong.push(`part ${m.part} out of place`); return; }
        const column = name => m.columns.indexOf(name);
        for (const row of m.tickets) {
            this.rows.push(Object.fromEntries(m.columns.map((name, i) => [name, row[i]])));
            n.fold.tickets.set(row[column('ticket')], row[column('milestones')].map(x => x[1]));
        }
        n.part = m.part;
        if (m.part === m.parts) { this.fold = n.fold; this.cursor = m.seq; this.last = m; this.next = null; this.snapshots = (this.snapshots ?? 0) + 1; }
    }
    events(m) {
        if (this.next) this.wrong.push('events between parts');
        if (m.prev !== this.cursor || m.seq < m.prev) this.wrong.push(`events ${m.prev}…${m.seq} at ${this.cursor}`);
        for (const e of m.events) { this.fold.event(e); (this.seen ??= []).push(e); }
        for (const number of m.left ?? []) { this.left.push(number); this.fold.tickets.delete(number); }
        this.cursor = m.seq;
    }
    beat(m) {
        m.agrees = m.seq === this.cursor && m.digest === this.fold.digest() && m.tickets === this.fold.tickets.size;
        if (!this.next && this.cursor !== null && m.seq === this.cursor && !m.agrees)
            this.wrong.push(`heartbeat at ${m.seq}: ${m.tickets} ${m.digest}, own ${this.fold.tickets.size} ${this.fold.digest()}`);
        this.beats = (this.beats ?? 0) + 1;
        if (m.agrees) this.synced = m.seq;
    }
    inSync(seq = 0, ms = 9000) { return this.when(() => this.closed || (this.synced ?? -1) >= seq, ms).then(v => v === true); }
    sees(events, ms = 6000) { return this.when(() => events.every(e => (this.seen ?? []).some(x => x.id === e.id)), ms); }
    end() { this.socket.terminate(); }
}

let serial = 0;
export const at = minutes => new Date(Date.UTC(2026, 10, 23, 1, 0) + minutes * 60000).toISOString();
export const event = (type, subject, minutes, data, more = {}) =>
    ({ specversion: '1.0', id: `p${++serial}`, source: '/peer', type, subject, time: at(minutes), data, ...more });
export const registered = (subject, minutes, street = 'S01', more = {}) =>
    event('ticket.registered', subject, minutes, { channel: '12345', category: 'heating', street, ...more });
