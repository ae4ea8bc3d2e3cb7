//! The address of what is shown: pages say theirs, and are told where the browser was led.

use std::rc::Rc;

use leptos::prelude::*;

use crate::commands::Command;
use crate::desk::Desk;
use crate::host;
use crate::route::{Kept, Page, Said};

impl Desk {
    /// Returns whether this page is shown.
    pub(crate) fn is_on(self, page: &Page) -> bool {
        self.page.with_untracked(|shown| *shown == page)
    }

    /// Shows another page.
    pub(crate) fn visit(self, page: &'static Page) {
        if !self.is_on(page) {
            self.intend();
            self.page.set(page);
            host::push(&untrack(|| self.address()));
        }
    }

    /// Shows what an address says: one that was saved, relative to any page's.
    pub(crate) fn go(self, address: &str) {
        self.intend();
        host::push(address);
        self.arrive();
    }

    /// Returns the link to what is shown, which the browser's address is from now on.
    pub(crate) fn link(self) -> String {
        self.intend();
        host::link()
    }

    /// Returns what can be done on the page that is shown.
    pub(crate) fn page_commands(self) -> Vec<Command> {
        self.kept_of(self.page.get_untracked()).map(|kept| (kept.commands)()).unwrap_or_default()
    }

    /// Returns what the address says that was opened, or where Back and Forward led last, if it was this page's.
    pub(crate) fn said_to(self, page: &Page) -> Option<Said> {
        self.arrived.with_untracked(|(of, said)| (*of == page).then(|| said.clone()))
    }

    /// Returns the address that brings all of this back, relative to any page's. It follows from signals: who asks in
    /// an effect is run again when it changes.
    pub(crate) fn address(self) -> String {
        let page = self.page.get();
        let rest = self.kept_of(page).and_then(|kept| (kept.write)());
        // What was opened stands until the page says otherwise.
        let opened = || self.arrived.with(|(of, said)| if *of == page { said.rest() } else { String::new() });
        page.address(&rest.unwrap_or_else(opened))
    }

    /// Tells the browser the address at once, instead of after what is going on.
    fn intend(self) {
        host::intend(&untrack(|| self.address()));
    }

    /// Returns what is kept of a page.
    pub(crate) fn kept_of(self, page: &Page) -> Option<Rc<Kept>> {
        self.kept.with_value(|all| all.iter().find(|(of, _)| *of == page).map(|(_, kept)| Rc::clone(kept)))
    }

    /// Shows what the browser's address says.
    pub(crate) fn arrive(self) {
        let (page, said) = (Page::of_address(), Said::here());
        self.arrived.set((page, said.clone()));
        self.page.set(page);
        if let Some(kept) = self.kept_of(page) {
            (kept.read)(&said);
        }
    }
}
