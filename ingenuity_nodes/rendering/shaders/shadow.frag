uniform float halo;
uniform float skyFraction;
in float strength;
out vec4 colour;
void main() {
  colour = halo > 0.0 ? vec4(0.0, 0.55 * strength * strength, 0.0, 0.0) : vec4(1.0, 0.0, 0.0, 0.0);
  if (greyOnly > 0.5) colour = vec4(sqrt(skyFraction));  // darkens what is there, once
}
