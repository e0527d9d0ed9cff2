// How much of the pixel each kind of shape covers, from its distance or its exact area. Kinds and
// parameters are those of shapes.h. Compiled once with each of FLATS, BOXES, CURVES,
// DISCS and GLYPHS defined.
uniform vec4 canvas;
#ifdef GLYPHS
uniform sampler2DArray atlas;
#endif

flat in vec4 p;
flat in vec4 q;
flat in vec4 colour;
flat in vec4 colour2;
flat in ivec2 kind;

out vec4 result;

const int FLAT = 0, RECT = 1, ROUND = 2, HATCH = 3, ARC = 4, DISC = 5, RING = 6, SEGMENT = 7,
          TRIANGLE = 8, GLYPH = 9;

float inside(float distance) {
    return clamp(0.5 - distance, 0.0, 1.0);
}

// A stroke's share of a pixel at that distance from its middle: also right under a pixel's width.
float stroke(float distance, float half_width) {
    return max(0.0, min(distance + 0.5, half_width) - max(distance - 0.5, -half_width));
}

#ifdef FLATS
float coverage(vec2 at) {
    return 1.0;
}
#endif

#ifdef BOXES
float rect(vec2 at, vec2 from, vec2 to) {
    vec2 share = clamp(min(at + 0.5, to) - max(at - 0.5, from), 0.0, 1.0);
    return share.x * share.y;
}

float round_box(vec2 at, vec2 from, vec2 to, float radius) {
    vec2 middle = (from + to) * 0.5, size = (to - from) * 0.5;
    vec2 d = abs(at - middle) - size + radius;
    return inside(length(max(d, 0.0)) + min(max(d.x, d.y), 0.0) - radius);
}

float hatch(vec2 at) {
    float pitch = q.x, along = mod((at.x + at.y) * 0.70710678, pitch);
    return rect(at, p.xy, p.zw) * stroke(min(along, pitch - along), q.y * 0.5);
}

float coverage(vec2 at) {
    if (kind.x == RECT) {
        return rect(at, p.xy, p.zw);
    }
    if (kind.x == HATCH) {
        return hatch(at);
    }
    float cover = round_box(at, p.xy, p.zw, q.x);
    if (q.y > 0.0) {
        cover -= round_box(at, p.xy + q.y, p.zw - q.y, max(q.x - q.y, 0.0));
    }
    return cover;
}
#endif

#ifdef CURVES
float arc(vec2 at) {
    vec2 d = at - p.xy;
    vec2 axis = q.xy; // to the arc's middle
    vec2 local = vec2(abs(d.x * axis.y - d.y * axis.x), dot(d, axis));
    float past_end = local.x * q.w - local.y * q.z; // q.zw = sin, cos of half the angle
    return stroke(length(local) - p.z, p.w) * inside(past_end);
}

// Ends that join another segment are round and stop at the angle's bisector, so that the two never
// cover a pixel twice; the others are cut square.
float segment(vec2 at) {
    vec2 along = p.zw - p.xy;
    float len = max(length(along), 1e-4);
    vec2 dir = along / len, d = at - p.xy;
    float t = dot(d, dir);
    float across = abs(d.x * dir.y - d.y * dir.x);
    float cover = 1.0;
    float beyond = 0.0;
    if (q.y > -9.0) {
        cover *= dot(d, vec2(cos(q.y), sin(q.y))) >= 0.0 ? 1.0 : 0.0;
        beyond = max(beyond, -t);
    } else {
        cover *= clamp(t + 0.5, 0.0, 1.0);
    }
    if (q.z > -9.0) {
        cover *= dot(at - p.zw, vec2(cos(q.z), sin(q.z))) < 0.0 ? 1.0 : 0.0;
        beyond = max(beyond, t - len);
    } else {
        cover *= clamp(len - t + 0.5, 0.0, 1.0);
    }
    return cover * stroke(length(vec2(across, beyond)), q.x);
}

float edge(vec2 at, vec2 a, vec2 b, float turn) {
    vec2 ab = b - a, d = at - a;
    return turn * (d.x * ab.y - d.y * ab.x) / max(length(ab), 1e-4);
}

float triangle(vec2 at) {
    vec2 a = p.xy, b = p.zw, c = q.xy;
    float turn = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0.0 ? 1.0 : -1.0;
    return inside(max(max(edge(at, a, b, turn), edge(at, b, c, turn)), edge(at, c, a, turn)));
}

float coverage(vec2 at) {
    if (kind.x == SEGMENT) {
        return segment(at);
    }
    if (kind.x == ARC) {
        return arc(at);
    }
    return triangle(at);
}
#endif

#ifdef DISCS
// Up to three rings of one colour, one over the other: what shows through them is a product.
float rings(float away) {
    vec3 alpha = mod(floor(q.w / vec3(1.0, 256.0, 65536.0)), 256.0) / 255.0;
    vec3 cover = vec3(stroke(away - p.z, p.w), stroke(away - q.x, q.z), stroke(away - q.y, q.z));
    vec3 through = 1.0 - alpha * cover;
    return 1.0 - through.x * through.y * through.z;
}

float coverage(vec2 at) {
    float away = length(at - p.xy);
    return kind.x == DISC ? inside(away - p.z) : rings(away);
}
#endif

#ifdef GLYPHS
// Coverage is area; the eye expects a little less of light strokes on a dark ground: a power of it,
// made of those of 3/4, 1 and 5/4.
float coverage(vec2 at) {
    ivec2 texel = ivec2(floor(at - p.xy)) + ivec2(p.zw);
    float cover = texelFetch(atlas, ivec3(texel, kind.y), 0).r;
    float root = sqrt(sqrt(cover));
    return root * root * root * (q.x + root * (q.y + root * q.z));
}
#endif

void main() {
    vec2 at = vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y) + canvas.zw;
    vec4 paint = colour;
#ifdef DISCS
    if (kind.x == DISC) { // the rim's colour lies over the edge
        paint = mix(colour, colour2, clamp(length(at - p.xy) - p.z + p.w + 0.5, 0.0, 1.0));
    }
#endif
    result = paint * coverage(at);
}
