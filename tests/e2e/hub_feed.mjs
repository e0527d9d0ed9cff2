// The hub from outside: HTTP, feed, scopes, restart, TLS.   node hub_feed.mjs WALLBOARD-HUB
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BATCH, Fold, Hub, ONE, Wall, check, event, finish, folder, pause, registered } from './hub_peer.mjs';

const program = process.argv[2];
const file = (name, text) => { const path = join(folder, name); writeFileSync(path, text); return path; };
const clean = (wall, what) => check(wall.wrong.length === 0, what, wall.wrong[0]);

async function follow() {
    const log = join(folder, 'follow.db');
    const hub = await Hub.start(program, ['--log', log]);
    const first = [registered('T-1', 0), event('ticket.dispatched', 'T-1', 5, { unit: 'U1', mode: 'internal' }), registered('T-2', 1, 'S02')];
    let r = await hub.post(first);
    check(r.status === 202 && r.json.accepted === 3 && r.json.repeated === 0 && r.json.seq === 3, 'a batch is taken', r.text);
    const a = new Wall(hub), b = new Wall(hub, { protocols: ['ticketfeed.v1', 'ticketfeed.v1.msgpack'], deflate: true });
    check(await a.inSync(3) && await b.inSync(3), 'a JSON and a MessagePack wall are in sync');
    check(b.socket.protocol === 'ticketfeed.v1.msgpack', 'MessagePack is taken wherever it stands in the offer', b.socket.protocol);
    check(a.rows.length === 2 && a.rows[0].street === 'S01' && a.rows[0].milestones.length === 2, 'rows hold fields and milestones');

    const early = [event('ticket.accepted', 'T-3', 9, {}), event('ticket.resolved', 'T-3', 12, {})];
    await hub.post(early);
    const late = registered('T-3', 8);
    await hub.post(late);
    check(await a.sees([...early, late]) && await b.sees([...early, late]), 'what was held back comes with its registration');
    const gone = event('ticket.removed', 'T-2', 20, {}), after = event('ticket.expedited', 'T-2', 21, {}), unknown = event('weather.changed', 'sky', 22, { to: 'rain' });
    await hub.post([gone, after, unknown]);
    check(await a.sees([gone, unknown]) && !a.seen.some(e => e.id === after.id), 'a removed ticket is removed, an unknown type is sent on');
    check(await a.inSync(9) && await b.inSync(9), 'digests agree afterwards');
    check(a.cursor === 9 && b.cursor === 9, 'the cursor counts what was silent too');

    const many = Array.from({ length: 9000 }, (_, i) => (i % 3 ? event('ticket.expedited', `B-${i - i % 3}`, i, {}) : registered(`B-${i}`, i)));
    r = await hub.post(many);
    check(r.status === 202 && r.json.accepted === 9000, '9,000 events in a batch', r.text.slice(0, 100));
    check(await a.inSync(9009) && await b.inSync(9009), 'both walls follow');
    a.say({ kind: 'resync' });
    check(await a.when(() => a.snapshots === 2) && await a.inSync(9009), 'a resync brings a new snapshot');
    clean(a, 'nothing wrong in JSON'); clean(b, 'nothing wrong in MessagePack');

    const ack = { ...event('alarm.acknowledged', 'T-1', 30, { stage: 'accept', by: 'duty' }) };
    a.say({ kind: 'publish', ref: 'one', events: [ack] });
    check((await a.when(() => a.answers.one))?.kind === 'published' && await b.sees([ack]), 'a publish is confirmed and told to all');
    a.say({ kind: 'publish', ref: 'two', events: [registered('T-9', 0)] });
    check((await a.when(() => a.answers.two))?.reason === 'not-allowed', 'a wall may not register tickets');

    const cursor = a.cursor, fold = a.fold, name = a.welcome.log;
    a.end();
    const ended = hub.stop();
    check((await b.when(() => b.closed))?.code === 4000 && b.goodbye?.reason === 'shutdown', 'SIGTERM says goodbye to the walls', JSON.stringify(b.closed));
    check((await ended).code === 0, 'and ends with status 0');

    const again = await Hub.start(program, ['--log', log]);
    const missed = [registered('T-5', 40), event('ticket.removed', 'B-0', 41, {})];
    await again.post(missed);
    const c = new Wall(again, { resume: { log: name, seq: cursor }, fold });
    check(await c.inSync(cursor + 2) && c.welcome.mode === 'resume' && !c.snapshots && c.seen.length === 2, 'a restarted hub resumes the wall at its cursor', JSON.stringify(c.welcome)?.slice(0, 120));
    const d = new Wall(again, { resume: { log: name, seq: 0 }, fold: new Fold() });
    check(await d.inSync(cursor + 2) && d.welcome.mode === 'resume', 'a resume from 0 tells the whole log');
    const e = new Wall(again);
    check(await e.inSync(cursor + 2) && e.last.alarms.some(x => x.id === ack.id), 'a new wall gets the alarm events too');
    for (const w of [c, d, e]) { clean(w, 'nothing wrong after the restart'); w.end(); }
    await again.stop();

    const lines = execFileSync(program, ['export', '--log', log], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n');
    check(lines.length === cursor + 2 && JSON.parse(lines[0]).id === first[0].id && JSON.parse(lines.at(-1)).id === missed[1].id, 'export prints the log in its order', lines.length);
    const part = execFileSync(program, ['export', '--log', log, '--from', first[1].time, '--to-time', early[0].time], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n').map(JSON.parse);
    check(part.some(x => x.id === first[1].id) && part.every(x => x.time >= first[1].time && x.time < early[0].time), 'export takes from and to-time');
}

async function refuse() {
    const hub = await Hub.start(program, ['--log', join(folder, 'refuse.db')]);
    const good = registered('R-1', 0), bad = { ...registered('R-2', 0), time: 'yesterday' };
    let r = await hub.post([good, bad, { ...good, subject: '' }]);
    check(r.status === 400 && r.json.errors.map(e => e.index).join() === '1,2', 'one bad event refuses the batch, with its index', r.text);
    r = await hub.post(good);
    check(r.json?.accepted === 1 && r.json.seq === 1, 'and nothing of it was logged', r.text);
    for (const [what, status, body, type, headers] of [['half a batch', 400, '[{"specversion":', BATCH], ['an array for one event', 400, '[]', ONE], ['plain text', 415, '[]', 'text/plain'],
        ['no type', 415, '[]', undefined], ['a charset', 202, '[]', `${BATCH}; charset=utf-8`], ['deep nesting', 400, '['.repeat(100000), BATCH],
        ['10,001 events', 413, JSON.stringify(Array(10001).fill(good)), BATCH], ['9 MiB', 413, `[${' '.repeat(9 << 20)}]`, BATCH],
        ['length and chunks', 400, '[]', BATCH, { 'transfer-encoding': 'chunked' }]]) {
        r = await hub.request('POST', '/events', body, { type, headers });
        check(r.status === status || (status === 413 && r.status === 0), `${what}: ${status}`, `${r.status} ${r.text.slice(0, 80)}`);
    }
    check((await hub.request('GET', '/events')).status === 405, 'GET /events: 405');
    check((await hub.request('POST', '/nothing', '{}')).status === 404, 'another path: 404');
    check((await hub.request('GET', '/healthz')).text === 'ok\n', 'healthz');
    check(/^wallboard_hub_log_seq 1$/m.test((await hub.request('GET', '/metrics')).text), 'metrics tell the cursor');

    const w = new Wall(hub, { path: '/feed/v2' }), x = new Wall(hub, { protocols: ['other.v1'] });
    await w.when(() => w.closed); await x.when(() => x.closed);
    check(w.status === 404 && x.status === 400, 'another path, another subprotocol: 404, 400', `${w.status} ${x.status}`);
    const quiet = new Wall(hub, { silent: true });
    const big = new Wall(hub, { deflate: true });
    await big.inSync();
    big.say(`{"kind":"status","wall":"${'x'.repeat(1 << 20)}"}`);
    check((await big.when(() => big.closed))?.code === 1009, 'a message over 1 MiB: 1009', JSON.stringify(big.closed));
    check((await quiet.when(() => quiet.closed, 9000))?.code === 4000 && quiet.goodbye?.reason === 'protocol-error', 'no hello: protocol-error');
    check((await hub.stop()).code === 0, 'ends with status 0');
}

async function scopes() {
    const tokensText = `
- {token: everything-00000001, name: all, scope: all, rights: [read, publish, write]}
- {token: street-one-00000002, name: s1, scope: [S01], rights: [read, publish]}
- {token: two-streets-0000003, name: s12, scope: [S01, S02], rights: [read]}
- {token: write-only-00000004, name: w, scope: all, rights: [write]}
- {token: long-expired-000005, name: e, scope: all, rights: [read], expires: 2020-01-01T00:00:00Z}
- {token: soon-expired-000006, name: f, scope: all, rights: [read], expires: ${new Date(Date.now() + 9000).toISOString()}}
`, tokens = file('tokens.yaml', tokensText);
    const directory = file('directory.yaml', 'streets: {S01: {name: 八宝山街道}, "02": {name: 老山街道}}\ncategories: {heating: {name: 供暖, parent: null}}\n');
    const hub = await Hub.start(program, ['--log', join(folder, 'scopes.db'), '--tokens', tokens, '--directory', directory]);
    const token = 'everything-00000001', soon = new Wall(hub, { token: 'soon-expired-000006' });
    for (const [t, status] of [[undefined, 401], ['street-one-00000002', 403], ['everything-00000002', 401], ['long-expired-000005', 401], ['write-only-00000004', 202]])
        check((await hub.post([], { token: t })).status === status, `POST with ${t}: ${status}`);
    for (const [t, status] of [[undefined, 401], ['write-only-00000004', 403], ['long-expired-000005', 401]]) {
        const w = new Wall(hub, { token: t });
        await w.when(() => w.closed);
        check(w.status === status, `feed with ${t}: ${status}`, w.status);
    }
    check((await hub.request('GET', '/metrics')).status === 401 && (await hub.request('GET', '/metrics', undefined, { token: 'write-only-00000004' })).status === 200, 'metrics need any token');
    await hub.post([registered('T-1', 0, 'S01'), registered('T-2', 0, 'S02'), registered('T-3', 0, 'S03')], { token });
    const one = new Wall(hub, { token: 'street-one-00000002' }), two = new Wall(hub, { token: 'two-streets-0000003', protocols: ['ticketfeed.v1.msgpack'] });
    check(await one.inSync(3) && await two.inSync(3) && one.fold.tickets.size === 1 && two.fold.tickets.size === 2, 'each wall has the tickets of its streets');
    check(one.welcome.directory.streets.S01.name === '八宝山街道' && two.welcome.directory.streets['02'].name === '老山街道', 'the directory is in the welcome');
    await hub.post([event('ticket.accepted', 'T-3', 1, {}), event('ticket.amended', 'T-3', 2, { street: 'S02' }), event('ticket.amended', 'T-1', 3, { street: 'S02' })], { token });
    check(await one.inSync(6) && await two.inSync(6) && one.left.join() === 'T-1' && two.fold.tickets.get('T-3').length === 3, 'tickets leave and come whole');
    check(!JSON.stringify(one.messages).includes('"T-2"') && !JSON.stringify(one.messages).includes('"T-3"'), 'a street hears no other number');
    check(await one.when(() => one.board) && Array.isArray(one.board.rates) && one.board.rates.every(x => x.group === 'street' || x.group === 'district'), 'it gets the board', JSON.stringify(one.board)?.slice(0, 200));
    one.say({ kind: 'publish', ref: 'x', events: [event('alarm.acknowledged', 'T-2', 4, { stage: 'accept', by: 'x' })] });
    check((await one.when(() => one.answers.x))?.reason === 'not-allowed', 'and may not acknowledge for others');
    two.say({ kind: 'publish', ref: 'y', events: [event('alarm.acknowledged', 'T-2', 4, { stage: 'accept', by: 'x' })] });
    await two.when(() => two.goodbye); // a text message on MessagePack
    check(two.goodbye?.reason === 'protocol-error', 'text on a MessagePack connection ends it', JSON.stringify(two.goodbye));
    file('directory.yaml', 'streets: {S01: {name: 新名}}\n');
    hub.child.kill('SIGHUP');
    check((await one.when(() => one.directory))?.streets.S01.name === '新名', 'SIGHUP sends the new directory');
    const lines = tokensText.replace('scope: [S01, S02]', 'scope: [S01]').split('\n').filter(l => !l.includes('street-one'));
    const three = new Wall(hub, { token: 'two-streets-0000003' });
    await three.inSync();
    file('tokens.yaml', '- {token: broken');
    hub.child.kill('SIGHUP');
    await pause(300);
    check(!one.closed && !three.closed, 'a broken token file changes nothing');
    file('tokens.yaml', lines.join('\n'));
    hub.child.kill('SIGHUP');
    check((await one.when(() => one.closed))?.reason === 'token-expired' && (await three.when(() => three.closed))?.reason === 'scope-changed', 'tokens that are gone or mean less end their connections', `${JSON.stringify(one.closed)} ${JSON.stringify(three.closed)}`);
    check((await soon.when(() => soon.closed, 15000))?.reason === 'token-expired', 'a token that expires ends its connection', JSON.stringify(soon.closed));
    clean(one, 'nothing wrong for one street'); clean(two, 'nothing wrong for two');
    await hub.stop();
}

async function secure() {
    const key = join(folder, 'key.pem'), cert = join(folder, 'cert.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=hub', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
    const hub = await Hub.start(program, ['--log', join(folder, 'secure.db'), '--tls-cert', cert, '--tls-key', key]);
    const secure = { rejectUnauthorized: false };
    const big = Array.from({ length: 8000 }, (_, i) => registered(`S-${i}`, i, 'S01', { summary: '暖气不热' }));
    const r = await hub.request('POST', '/events', big, { type: BATCH, secure });
    check(r.status === 202 && r.json.accepted === 8000, 'a large batch over TLS', r.text.slice(0, 100));
    const a = new Wall(hub, { secure }), b = new Wall(hub, { secure, deflate: true });
    check(await a.inSync(8000) && await b.inSync(8000), 'walls over TLS, with and without deflate, are in sync');
    clean(a, 'nothing wrong over TLS'); clean(b, 'nor deflated');
    check((await hub.request('GET', '/healthz')).status !== 200, 'plain HTTP is not answered there');
    await hub.stop();
}

function never() {
    for (const [what, args] of [['another address without tokens', ['--listen', '0.0.0.0:0']], ['an unknown option', ['--lisen', '127.0.0.1:0']], ['a certificate without its key', ['--tls-cert', '/x']],
        ['a missing token file', ['--tokens', '/nonexistent.yaml']], ['a missing profile', ['--profile', '/nonexistent.yaml']], ['no address', ['--listen', 'here']]]) {
        let status = 0, text = '';
        try { execFileSync(program, ['serve', '--log', join(folder, 'never.db'), ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 5000 }); } catch (e) { status = e.status; text = String(e.stderr); }
        check(status === 2 && text.trim().length > 0, `${what}: status 2 and a line that says why`, `${status} ${text}`);
    }
}

await follow();
await refuse();
await scopes();
await secure();
never();
finish();
