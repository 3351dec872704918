// The camera model of every pass: CAHVORE type 3 with linearity, see cameras/model.py.
uniform mat3 R_MC;
uniform vec3 p_MC;
uniform vec3 camA, camH, camV, camO, camR, camE;
uniform float camL, maxTheta;
uniform vec2 imageSize;   // [px]
uniform vec2 strip;         // first row and number of rows drawn now
uniform vec3 shutterMove;   // motion during the read-out of one image [m]
uniform vec3 shutterTurn;   // rotation during the read-out, written in M [rad]
uniform vec4 ortho;         // west, south, metres per pixel, 1 for a map view from above

const float NEAR = 0.05;    // [m]

float bend(float theta) {
  float chi = camL > 1e-6 ? tan(camL * theta) / camL : theta;
  float s = chi * chi;
  return chi * (1.0 + camR.x + s * (camR.y + s * camR.z));
}

vec2 pixelOf(vec3 d_C, out float theta) {
  float along = dot(d_C, camO);
  vec3 across = d_C - along * camO;
  float len = length(across);
  theta = atan(len, along);
  float square = min(theta * theta, maxTheta * maxTheta);  // the entrance pupil moves along the axis
  float travel = square * (0.16667 + 0.019444 * square);   // theta / sin(theta) - 1
  theta = atan(len, along - travel * (camE.x + square * (camE.y + square * camE.z)));
  vec3 q = camO + bend(min(theta, maxTheta)) * across / max(len, 1e-12);
  return vec2(dot(q, camH), dot(q, camV)) / dot(q, camA);
}

vec4 clipPosition(vec3 p_M, out float seen) {
  vec2 uv;
  float range;
  seen = 1.0;
  if (ortho.w > 0.5) {
    uv = (p_M.xy - ortho.xy) / ortho.z - 0.5;
    range = p_MC.z - p_M.z;
  } else {
    vec3 d = p_M - p_MC;
    float theta;
    uv = pixelOf(d * R_MC, theta);
    float t = (uv.y + 0.5) / imageSize.y - 0.5;
    vec3 moved = d - shutterMove * t;
    moved -= cross(shutterTurn, moved) * t;
    uv = pixelOf(moved * R_MC, theta);
    range = length(moved);
    seen = cos(theta) - cos(maxTheta);
  }
  vec2 ndc = vec2((uv.x + 0.5) / imageSize.x, (uv.y + 0.5 - strip.x) / strip.y) * 2.0 - 1.0;
  return vec4(ndc, 1.0 - 2.0 * NEAR / max(range, NEAR), 1.0);
}

float rangeOf(float depth) {  // window depth 0..1 back to metres
  return NEAR / max(1.0 - depth, 1e-9);
}
