/* import: brings events, or tickets of another system, from a file into a log or a hub.
 *
 * `wallboard-hub import`: reads CSV (by a mapping), JSON Lines of events, a JSON list of events, or
 * Open311 service requests (by a mapping), row by row in bounded memory. Each row's events are
 * checked like any other's; a row with a wrong one is refused whole. An event's id comes from the
 * ticket and the event's content, so that the same file again takes nothing, and a file that was
 * cut short or has grown is simply imported again. One thread; prints to standard output, progress
 * to a terminal's standard error. */
#ifndef FEEDS_HUB_IMPORT_H
#define FEEDS_HUB_IMPORT_H

/* argv[0] is "import". 0: done, whatever was refused. 1: nothing could be read. 2: wrong arguments
 * or mapping. 3: the log or the hub failed; what was confirmed stays, the same command goes on. */
int import_main(int argc, char **argv);

#endif
