//! Ids as the exchange writes them: they look like UUIDs, and hold the number of what they name.

/// What an id names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named {
    /// An order.
    Order = 0x8001,
    /// A trade, and each side's fill of it.
    Trade = 0x9001,
    /// A contract.
    Market = 0xa001,
    /// A member.
    User = 0xb001,
    /// A key.
    Key = 0xc001,
    /// A group of orders.
    Group = 0xd001,
}

/// The ids of one run of the exchange: those of another run name nothing here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids(pub(super) u32);

impl Ids {
    /// Returns the id of what has this number.
    pub(super) fn text(self, named: Named, number: u64) -> String {
        format!("{:08x}-0000-4000-{:04x}-{number:012x}", self.0, named as u16)
    }

    /// Returns the number in an id of this kind and run.
    pub(super) fn number(self, named: Named, text: &str) -> Option<u64> {
        let (_, digits) = text.rsplit_once('-')?;
        let number = u64::from_str_radix(digits, 16).ok()?;
        (self.text(named, number) == text).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_in_its_own_run_and_kind_alone() {
        let ids = Ids(7);
        let text = ids.text(Named::Order, 300);
        assert_eq!(text, "00000007-0000-4000-8001-00000000012c");
        assert_eq!(ids.number(Named::Order, &text), Some(300));
        assert_eq!((ids.number(Named::Trade, &text), Ids(8).number(Named::Order, &text)), (None, None));
        assert_eq!(ids.number(Named::Order, "00000007-0000-4000-8001-0000000012C"), None);
    }
}
