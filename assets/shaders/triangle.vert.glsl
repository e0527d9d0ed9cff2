// Plain triangles: the filled areas of the map. Their edges are drawn over by strokes, which are
// anti-aliased: by a border, or by a line of the area's own colour.
layout(location = 0) in vec2 in_at;
layout(location = 1) in vec4 in_colour; // sRGB, straight alpha

uniform vec4 canvas; // the target's size, its top left on the canvas

flat out vec4 colour; // linear light, premultiplied

void main() {
    vec2 at = in_at - canvas.zw;
    gl_Position = vec4(at.x / canvas.x * 2.0 - 1.0, 1.0 - at.y / canvas.y * 2.0, 0.0, 1.0);
    vec3 low = in_colour.rgb / 12.92, high = pow((in_colour.rgb + 0.055) / 1.055, vec3(2.4));
    vec3 light = mix(high, low, vec3(lessThanEqual(in_colour.rgb, vec3(0.04045))));
    colour = vec4(light * in_colour.a, in_colour.a);
}
