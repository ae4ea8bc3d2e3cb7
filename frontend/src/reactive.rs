//! Signals, memos, stored values and effects that are compiled once.
//!
//! Leptos compiles a signal anew for every type of value, and a memo and an effect for every closure too. These have
//! the names and the meaning of Leptos' own, but keep their values behind a pointer, so that there is one compiled form
//! of each: with the dozens that a page has, the difference is a fifth of the bundle's framework.

use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude as leptos;
use leptos::{Effect, GetUntracked, GetValue, LocalStorage, Notify, Track};

/// A value in a cell, its type forgotten.
type Slot = Rc<dyn Any>;

fn slot<T: 'static>(value: T) -> Slot {
    Rc::new(RefCell::new(value))
}

/// Lends the cell that [`slot`] made of a `T`.
fn cell<T: 'static>(slot: &Slot) -> &RefCell<T> {
    match slot.downcast_ref() {
        Some(cell) => cell,
        None => unreachable!("a slot is read as the type that it was made of"),
    }
}

/// A value that tells who read it when it changes.
pub(crate) struct RwSignal<T> {
    slot: leptos::RwSignal<Slot, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T: Default + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: 'static> RwSignal<T> {
    /// Makes one that lives as long as what is being built.
    pub(crate) fn new(value: T) -> Self {
        Self { slot: leptos::RwSignal::new_local(slot(value)), of: PhantomData }
    }

    /// Reads the value; who asks is run again when it changes.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.track();
        self.with_untracked(read)
    }

    /// Reads the value.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let slot = self.slot.get_untracked();
        let value = cell(&slot).borrow();
        read(&value)
    }

    /// Runs who asks again when the value changes.
    pub(crate) fn track(self) {
        self.slot.track();
    }

    /// Changes the value, and tells; does nothing where what made it is gone.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        if let Some(slot) = self.slot.try_get_untracked() {
            change(&mut cell(&slot).borrow_mut());
            self.slot.notify();
        }
    }

    /// Replaces the value, and tells; does nothing where what made it is gone.
    pub(crate) fn set(self, value: T) {
        if let Some(slot) = self.slot.try_get_untracked() {
            drop(cell(&slot).replace(value));
            self.slot.notify();
        }
    }
}

impl<T: Clone + 'static> RwSignal<T> {
    /// Returns the value; who asks is run again when it changes.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// Returns the value.
    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

/// A value that tells nobody.
pub(crate) struct StoredValue<T> {
    slot: leptos::StoredValue<Slot, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

impl<T: Default + 'static> Default for StoredValue<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: 'static> StoredValue<T> {
    /// Makes one that lives as long as what is being built.
    pub(crate) fn new(value: T) -> Self {
        Self { slot: leptos::StoredValue::new_local(slot(value)), of: PhantomData }
    }

    /// Reads the value.
    pub(crate) fn with_value<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let slot = self.slot.get_value();
        let value = cell(&slot).borrow();
        read(&value)
    }

    /// Changes the value and returns what `change` does; `None` where what made it is gone.
    pub(crate) fn update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let slot = self.slot.try_get_value()?;
        let mut value = cell(&slot).borrow_mut();
        Some(change(&mut value))
    }

    /// Replaces the value; does nothing where what made it is gone.
    pub(crate) fn set_value(self, value: T) {
        if let Some(slot) = self.slot.try_get_value() {
            drop(cell(&slot).replace(value));
        }
    }
}

impl<T: Clone + 'static> StoredValue<T> {
    /// Returns the value.
    pub(crate) fn get_value(self) -> T {
        self.with_value(T::clone)
    }

    /// Returns the value, if what made it is still there.
    pub(crate) fn try_get_value(self) -> Option<T> {
        Some(cell::<T>(&self.slot.try_get_value()?).borrow().clone())
    }
}

/// What a memo holds, its type forgotten.
trait Known: Any + Send + Sync {
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Known for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

#[derive(Clone)]
struct Fact(Arc<dyn Known>);

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.equals(other)
    }
}

/// What follows from signals: computed anew when they change, telling only when it differs.
pub(crate) struct Memo<T> {
    fact: leptos::Memo<Fact>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

/// Returns a memo of what `compute` returns.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    Memo { fact: boxed_memo(Box::new(move || Fact(Arc::new(compute())))), of: PhantomData }
}

fn boxed_memo(compute: Box<dyn Fn() -> Fact + Send + Sync>) -> leptos::Memo<Fact> {
    leptos::Memo::new(move |_| compute())
}

/// Reads the value behind `fact`.
fn known<T: 'static>(fact: &Fact) -> &T {
    let value: &dyn Any = &*fact.0;
    match value.downcast_ref() {
        Some(value) => value,
        None => unreachable!("a memo is read as the type that it was made of"),
    }
}

impl<T: 'static> Memo<T> {
    /// Reads the value; who asks is run again when it changes.
    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let fact = leptos::Get::get(&self.fact);
        read(known(&fact))
    }

    /// Reads the value.
    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        let fact = self.fact.get_untracked();
        read(known(&fact))
    }

    /// Runs who asks again when the value changes.
    pub(crate) fn track(self) {
        self.fact.track();
    }
}

impl<T: Clone + 'static> Memo<T> {
    /// Returns the value; who asks is run again when it changes.
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    /// Returns the value.
    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

/// Runs `act` now and whenever a signal that it read changes.
pub(crate) fn effect(act: impl Fn() + 'static) {
    boxed_effect(Box::new(act));
}

fn boxed_effect(act: Box<dyn Fn()>) {
    Effect::new(move |_| act());
}
