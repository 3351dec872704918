in vec3 position;
in vec3 centre, half_axes;
in vec3 turn;
uniform mat4 rockSun;
void main() { gl_Position = rockSun * vec4(centre + turned(turn) * (position * half_axes), 1.0); }
