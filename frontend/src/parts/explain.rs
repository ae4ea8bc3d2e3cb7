//! How a number comes about: step by step, each with its formula.

use crate::reactive::Memo;
use leptos::prelude::*;

/// One step: what it is, its formula with the numbers in it, and what comes out.
#[derive(Clone, PartialEq)]
pub(crate) struct Step {
    /// What it is.
    pub(crate) name: &'static str,
    /// The formula, with the numbers in it.
    pub(crate) formula: String,
    /// What comes out.
    pub(crate) result: String,
}

/// The steps, in order; the last one is the number that is explained.
#[component]
pub(crate) fn Explanation(
    /// What is explained.
    #[prop(into)]
    title: Memo<String>,
    /// The steps.
    steps: Memo<Vec<Step>>,
) -> impl IntoView {
    let step = |Step { name, formula, result }: Step| {
        view! { <li><span class="step-name">{name}</span><code>{formula}</code><span class="num">{result}</span></li> }.into_any()
    };
    view! {
        <h2>{move || title.get()}</h2>
        <ol class="explanation">{move || steps.get().into_iter().map(step).collect::<Vec<_>>()}</ol>
    }
}
