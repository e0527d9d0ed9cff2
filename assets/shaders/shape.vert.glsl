// One record is one shape: its box of whole pixels (already clipped) as a strip of four corners.
// Everything else passes flat to the fragment shader, in pixels from the canvas's top left.
layout(location = 0) in vec4 in_box;      // x0 y0 x1 y1
layout(location = 1) in vec4 in_p;        // see shapes.h
layout(location = 2) in vec4 in_q;
layout(location = 3) in vec4 in_colour;   // sRGB, straight alpha
layout(location = 4) in vec4 in_colour2;
layout(location = 5) in vec2 in_kind;     // kind, atlas page

uniform vec4 canvas; // the target's size, its top left on the canvas

flat out vec4 p;
flat out vec4 q;
flat out vec4 colour; // linear light, premultiplied
flat out vec4 colour2;
flat out ivec2 kind;

vec4 to_linear(vec4 c) {
    vec3 low = c.rgb / 12.92, high = pow((c.rgb + 0.055) / 1.055, vec3(2.4));
    vec3 light = mix(high, low, vec3(lessThanEqual(c.rgb, vec3(0.04045))));
    return vec4(light * c.a, c.a);
}

void main() {
    vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
    vec2 at = mix(in_box.xy, in_box.zw, corner) - canvas.zw;
    gl_Position = vec4(at.x / canvas.x * 2.0 - 1.0, 1.0 - at.y / canvas.y * 2.0, 0.0, 1.0);
    p = in_p;
    q = in_q;
    colour = to_linear(in_colour);
    colour2 = to_linear(in_colour2);
    kind = ivec2(in_kind + 0.5);
}
