in vec2 corner;
out vec2 uv;
void main() {
  gl_Position = vec4(corner, 0.0, 1.0);
  uv = vec2((corner.x * 0.5 + 0.5) * pictureSize.x, strip.x + (corner.y * 0.5 + 0.5) * strip.y) - 0.5;
}
