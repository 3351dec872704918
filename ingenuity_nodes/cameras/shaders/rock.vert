in vec3 position, normal;   // of the unit stone
in vec3 centre, half_axes;
in vec3 turn;               // yaw, tilt about x, tilt about y
in vec2 tone;
in float ground;            // its height under the stone [m]
out vec3 world, facing, body;
out vec3 look;

mat3 turned(vec3 a) {
  float cz = cos(a.x), sz = sin(a.x), cx = cos(a.y), sx = sin(a.y), cy = cos(a.z), sy = sin(a.z);
  return mat3(cz, sz, 0.0, -sz, cz, 0.0, 0.0, 0.0, 1.0)
    * mat3(1.0, 0.0, 0.0, 0.0, cx, sx, 0.0, -sx, cx) * mat3(cy, 0.0, -sy, 0.0, 1.0, 0.0, sy, 0.0, cy);
}

void main() {
  mat3 R = turned(turn);
  body = position * half_axes;
  world = centre + R * body;
  facing = R * normalize(normal / half_axes);
  look = vec3(tone, world.z - ground);
  float seen;
  gl_Position = clipPosition(world, seen);
  gl_ClipDistance[0] = seen;
}
