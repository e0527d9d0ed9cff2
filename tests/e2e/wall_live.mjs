// A quiet small hub: prints its address, keeps tickets, sends heartbeats; `mute` on its standard
// input silences it, `events` sends a few, `end` ends it.
import readline from 'node:readline';
import { Peer, life } from './wall_feed.mjs';

const p = new Peer();
for (let i = 0; i < 200; i++) p.take(life(i));
await p.listen();
console.log(p.url);
setInterval(() => p.heartbeat(), 2000);
let number = 1000;
readline.createInterface({ input: process.stdin }).on('line', line => {
    if (line === 'mute') p.mute = true;
    if (line === 'events') for (let i = 0; i < 40; i++) p.push(life(number++));
    if (line === 'end') process.exit(0);
}).on('close', () => process.exit(0));
