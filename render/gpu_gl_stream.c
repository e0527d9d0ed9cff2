#include "render/gpu_gl.h"

#include <string.h>

#define LEAST_ROOM ((size_t)64 * 1024)
#define ROUND 256 /* bytes: where every attribute may begin */

/* Room for two contents of the largest size so far, so that most follow the one before without new
 * storage. Never less again: what was needed once is needed again. */
static void
grow(struct gpu_gl *gl, struct gpu_gl_stream *stream, size_t size)
{
    size_t room = stream->room ? stream->room : LEAST_ROOM;
    while (room < size * 2) {
        room *= 2;
    }
    if (room != stream->room) {
        stream->room = room;
        gl->base.grown++;
        stream->next = room; /* begins with storage of that size */
    }
}

void
gpu_gl_stream(struct gpu_gl *gl, struct gpu_gl_stream *stream, const void *bytes, size_t size)
{
    const GLbitfield access =
        GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_RANGE_BIT | GL_MAP_UNSYNCHRONIZED_BIT;
    glBindBuffer(GL_ARRAY_BUFFER, stream->name);
    grow(gl, stream, size);
    if (stream->room - stream->next < size) {
        /* draws that still read the old storage keep it; this one is new, and of the same size */
        glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)stream->room, NULL, GL_STREAM_DRAW);
        stream->next = 0;
    }
    stream->at = stream->next;
    stream->next += (size + ROUND - 1) / ROUND * ROUND;
    stream->next = stream->next < stream->room ? stream->next : stream->room;
    /* nobody has been told of these bytes yet: there is nothing to wait for */
    void *room = glMapBufferRange(GL_ARRAY_BUFFER, (GLintptr)stream->at, (GLsizeiptr)size, access);
    if (room) {
        memcpy(room, bytes, size);
    }
    if (!room || !glUnmapBuffer(GL_ARRAY_BUFFER)) {
        glBufferSubData(GL_ARRAY_BUFFER, (GLintptr)stream->at, (GLsizeiptr)size, bytes);
    }
}
