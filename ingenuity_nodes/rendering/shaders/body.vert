in vec3 position, normal, paint;
in vec2 surface;            // gloss, fraction of sky seen
uniform mat4 pose;          // of this link in M
out vec3 world, facing, tint;
out vec2 finish;
out vec3 linkPosition;      // in the frame of the link [m]
void main() {
  vec4 p = pose * vec4(position, 1.0);
  world = p.xyz;
  linkPosition = position;
  facing = mat3(pose) * normal;
  tint = paint;
  finish = surface;
  float seen;
  gl_Position = clipPosition(world, seen);
  gl_ClipDistance[0] = seen;
}
