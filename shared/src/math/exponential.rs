//! The exponential, for one number or two.
//!
//! Tang's table-driven method (ACM TOMS 15, 1989): `e^-y` is `2^-(k/32) e^-r` with the integer `k` nearest to
//! `32 y / ln 2`, so that `|r| <= ln 2 / 64`; `2^-(k/32)` is a power of two times an entry of a table, and
//! `e^-r - 1` a short Taylor polynomial. Each entry is a leading part of 26 bits, so that a caller can multiply
//! it by another such part exactly, and what remains of it.

use super::lanes::Lanes;

/// `ln 2 / 32` to 36 bits: its product with an integer of 17 bits is exact.
const STEP: f64 = 0.021_660_849_392_446_835;
/// What `STEP` leaves of `ln 2 / 32`.
const STEP_REST: f64 = 5.145_609_244_655_338e-14;
/// `32 / ln 2`.
const STEPS_PER_UNIT: f64 = 46.166_241_308_446_83;
/// `1.5 * 2^52 + 2^17`: added to a number, leaves its nearest integer plus `2^17` in the low 18 bits.
const TO_INTEGER: f64 = 6_755_399_441_186_816.0;
/// `1023 + 2^17 / 2^6`: the bias of exponents, and that of a 64th of the integer above.
const BIAS: u64 = 1023 + 2048;

/// `2^(-j/32)` for `j` from 0 to 31: leading part, rest.
#[rustfmt::skip]
static POWERS: [[f64; 2]; 32] = [
    [1.0, 0.0],
    [0.9785720556974411, 6.390259033434943e-09],
    [0.9576032757759094, 4.922664223108181e-09],
    [0.9370838105678558, 6.487294115704062e-09],
    [0.9170040339231491, 9.281522122856823e-09],
    [0.8973545283079147, 9.193638859327132e-09],
    [0.8781260699033737, 1.0283276023294361e-08],
    [0.8593096435070038, 5.554235173634985e-09],
    [0.840896412730217, 2.5234975630506567e-09],
    [0.8228777348995209, 4.177461548235941e-09],
    [0.8052451610565186, 4.918108599402261e-09],
    [0.7879904210567474, 1.4971958067041976e-09],
    [0.7711054086685181, 4.035452345399896e-09],
    [0.7545822113752365, 2.421474858652541e-09],
    [0.7384130656719208, 7.297828879326266e-09],
    [0.7225904017686844, 1.7198389228114718e-09],
    [0.7071067690849304, 1.210161710447897e-08],
    [0.6919549405574799, 4.2443611903789224e-10],
    [0.6771277636289597, 9.839486708387288e-09],
    [0.6626183092594147, 1.2320455974463206e-08],
    [0.6484197676181793, 9.707325511677815e-09],
    [0.6345254778862, 7.096666601053345e-10],
    [0.6209288984537125, 7.583029560917933e-09],
    [0.6076236665248871, 1.3465347354097323e-08],
    [0.5946035534143448, 4.087015745761094e-09],
    [0.5818624198436737, 9.545115050852098e-09],
    [0.5693943053483963, 1.2029949525582383e-08],
    [0.5571933686733246, 2.624621683193469e-09],
    [0.5452538579702377, 8.362391097669911e-09],
    [0.5335702002048492, 1.3356256592069806e-10],
    [0.5221368819475174, 9.266189525141453e-09],
    [0.5109485685825348, 5.744523549078177e-09],
];

/// `e^-y` in parts: `(leading + small) * scale[0] * scale[1]`.
pub(super) struct Exponential<L> {
    /// The leading 26 bits.
    pub(super) leading: L,
    /// The rest: at most 1/80 of `leading`.
    pub(super) small: L,
    /// Two powers of two, as their product may not be a normal number.
    pub(super) scale: [L; 2],
}

/// Returns `e^-(y + rest)` for `y` from -1400 to 1400 and `rest` below `1e-5` in size.
#[inline(always)]
pub(super) fn exp_of_negative<L: Lanes>(y: L, rest: L) -> Exponential<L> {
    let shifted = y * L::splat(STEPS_PER_UNIT) + L::splat(TO_INTEGER);
    let k = shifted - L::splat(TO_INTEGER);
    let r = (y - k * L::splat(STEP)) + (rest - k * L::splat(STEP_REST));
    let r2 = r * r;
    let third = L::splat(-1.0 / 6.0) + r * L::splat(1.0 / 24.0);
    let fifth = L::splat(-1.0 / 120.0) + r * L::splat(1.0 / 720.0);
    let expm1 = (L::splat(0.5) * r2 - r) + (r2 * r) * (third + r2 * fifth);
    let [leading, rest_of_power] = shifted.gather(|bits| &POWERS[(bits & 31) as usize]);
    Exponential {
        leading,
        small: rest_of_power + (leading + rest_of_power) * expm1,
        scale: [
            shifted.map_bits(|bits| (BIAS - ((bits & 0x3_ffff) >> 6)) << 52),
            shifted.map_bits(|bits| (BIAS - (((bits & 0x3_ffff) + 32) >> 6)) << 52),
        ],
    }
}

/// Returns `e^x`, within 0.6 units in the last place; 0.8 where it is below the normal numbers.
#[inline]
pub fn exp(x: f64) -> f64 {
    // Beyond these the result is 0 or infinite; the comparisons let NaN through.
    let y = if x > 710.0 {
        -710.0
    } else if x < -746.0 {
        746.0
    } else {
        -x
    };
    let e = exp_of_negative(y, 0.0);
    (e.leading + e.small) * e.scale[0] * e.scale[1]
}
