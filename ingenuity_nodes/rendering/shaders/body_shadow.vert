in vec3 position;
uniform mat4 pose;
uniform float onTop;        // 1 lets each pixel be darkened once
out float strength;
void main() {
  strength = 1.0;
  float seen;
  gl_Position = clipPosition(slide((pose * vec4(position, 1.0)).xyz), seen);
  if (onTop > 0.5) gl_Position.z = -0.99;
  gl_ClipDistance[0] = seen;
}
