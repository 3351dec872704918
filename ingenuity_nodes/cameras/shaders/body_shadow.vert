in vec3 position;
uniform mat4 pose;
uniform float halo;
out float strength;
void main() {
  strength = 1.0;
  float seen;
  gl_Position = clipPosition(slide((pose * vec4(position, 1.0)).xyz), seen);
  gl_ClipDistance[0] = seen;
}
