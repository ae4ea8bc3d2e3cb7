//! How a part declares its settings.

/// Declares the settings of a part: a struct with a typed field for each, its defaults, and its rows.
///
/// A field's docstring is its meaning and its name is its key. A number has its range and the step of its slider in
/// brackets, and the decimals that it is kept with where they aren't its type's. `only` names a function that tells, as
/// [`Part::idle`](super::Part::idle), when the setting matters.
///
/// ```text
/// settings! {
///     /// How it is done.
///     pub struct Settings {
///         /// Scale the half-spread with belief volatility
///         dynamic: bool = true, "Dynamic";
///         /// The least that the dynamic half-spread becomes
///         half_spread_min_cents: Fixed<2> = 2, "Least half-spread" "¢" [0.1 to 25.0 by 0.1], only if_dynamic;
///     }
/// }
/// ```
macro_rules! settings {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])+
                $key:ident: $type:ty = $default:expr, $label:literal $($unit:literal)?
                $([$low:literal to $high:literal by $step:literal $(, $decimals:literal decimals)?])?
                $(, only $idle:path)?;
            )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visibility struct $name {
            $($(#[doc = $doc])+ $visibility $key: $type,)+
        }

        const _: () = {
            use $crate::settings as machinery;

            #[allow(non_camel_case_types, reason = "each row's place, by its key")]
            enum Place { $($key),+ }

            impl $name {
                /// What can be set.
                $visibility const ROWS: &'static [machinery::Setting] = &[$(machinery::Setting {
                    key: stringify!($key),
                    label: $label,
                    unit: concat!($($unit)?),
                    meaning: machinery::meaning(concat!($($doc),+)),
                    kind: machinery::settings!(
                        @kind $type $([$low, $high, $step $(, $decimals)?])?
                    ),
                }),+];
            }

            impl Default for $name {
                fn default() -> Self {
                    Self {
                        $($key: machinery::settings!(
                            @default $type, $default $(, [$low $(, $decimals)?])?
                        ),)+
                    }
                }
            }

            impl machinery::Part for $name {
                fn rows(&self) -> &'static [machinery::Setting] {
                    Self::ROWS
                }

                fn units(&self, place: usize) -> i64 {
                    match place {
                        $(at if at == Place::$key as usize => machinery::Value::units(
                            self.$key,
                            machinery::settings!(@decimals $type $(, [$low $(, $decimals)?])?),
                        ),)+
                        _ => 0,
                    }
                }

                fn put(&mut self, place: usize, units: i64) {
                    match place {
                        $(at if at == Place::$key as usize => {
                            self.$key = machinery::Value::of_units(
                                units,
                                machinery::settings!(@decimals $type $(, [$low $(, $decimals)?])?),
                            );
                        })+
                        _ => {}
                    }
                }

                fn idle(&self, place: usize) -> Option<&'static str> {
                    match place {
                        $($(at if at == Place::$key as usize => $idle(self),)?)+
                        _ => None,
                    }
                }
            }
        };
    };

    (@kind $type:ty) => { <$type as machinery::Word>::KIND };
    (@kind $type:ty [$low:literal, $high:literal, $step:literal $(, $decimals:literal)?]) => {
        machinery::Kind::Number {
            range: ($low, $high),
            step: $step,
            decimals: machinery::settings!(@decimals $type, [$low $(, $decimals)?]),
            auto: <$type as machinery::Number>::AUTO,
        }
    };
    (@default $type:ty, $default:expr) => { $default };
    (@default $type:ty, $default:expr, [$low:literal $(, $decimals:literal)?]) => {{
        const DECIMALS: usize = machinery::settings!(@decimals $type, [$low $(, $decimals)?]);
        const UNITS: i64 = machinery::units_of(stringify!($default), DECIMALS);
        <$type as machinery::Value>::of_units(UNITS, DECIMALS)
    }};
    (@decimals $type:ty) => { 0 };
    (@decimals $type:ty, [$low:literal]) => { <$type as machinery::Number>::DECIMALS };
    (@decimals $type:ty, [$low:literal, $decimals:literal]) => { $decimals };
}

pub(crate) use settings;

/// Returns a docstring as a line: without the space before it and the full stop behind it.
pub(crate) const fn meaning(doc: &'static str) -> &'static str {
    let text = doc.trim_ascii();
    match text.as_bytes() {
        [rest @ .., b'.'] => text.split_at(rest.len()).0,
        _ => text,
    }
}

/// Returns how many units of the last of `decimals` places a default has; no other text than a number compiles.
pub(crate) const fn units_of(number: &str, decimals: usize) -> i64 {
    let bytes = number.as_bytes();
    let (mut units, mut places, mut at) = (0, None, 0);
    while at < bytes.len() {
        match (bytes[at], places) {
            (b'.', None) => places = Some(0),
            (digit @ b'0'..=b'9', _) => {
                units = units * 10 + (digit - b'0') as i64;
                if let Some(count) = places {
                    places = Some(count + 1);
                }
            }
            _ => panic!("a default is no decimal number"),
        }
        at += 1;
    }
    let mut have = match places {
        Some(count) => count,
        None => 0,
    };
    assert!(have <= decimals, "a default has more decimals than its setting");
    while have < decimals {
        units *= 10;
        have += 1;
    }
    units
}
