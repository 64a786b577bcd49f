//! Changes of the run that goes on: users, and its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::Response;
use serde::Deserialize;

use super::desk::Desk;
use super::order::Refused;
use super::reply::{done, refusal};
use super::run::Run;
use crate::report::live::State as RunState;
use crate::units;

/// More users are a mistake of typing.
const MOST_USERS: u32 = 1_000_000;

/// Why the load of a search cannot be changed.
const SEARCHES: &str = "this run searches for the capacity, and sets its load itself; stop it first";

/// Change of a run.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Change {
    /// Users in all.
    users: Option<u32>,
    /// Users of classes, by their names.
    classes: BTreeMap<String, u32>,
    /// Rate of arrivals.
    rate: Option<String>,
}

/// The run that goes on, and may be changed.
pub(super) fn going_on(desk: &Desk) -> Result<Arc<Run>, Refused> {
    if desk.is_of_master() {
        return Err(Refused::of_master());
    }
    let run = desk.current().filter(|run| matches!(run.state(), RunState::Spawning | RunState::Running));
    run.ok_or_else(|| Refused::untimely("nothing runs that could be changed"))
}

pub(super) async fn change(State(desk): State<Arc<Desk>>, change: Result<Json<Change>, JsonRejection>) -> Response {
    let changed = match change {
        Ok(Json(change)) => going_on(&desk).and_then(|run| apply(&run, &change)),
        Err(error) => Err(Refused::of(None, error.body_text())),
    };
    look_soon(&desk);
    changed.map_or_else(|refused| refusal(&refused), |()| done())
}

fn apply(run: &Run, change: &Change) -> Result<(), Refused> {
    let can = |what: &str| run.about.can_edit.contains(&what);
    if run.about.search.is_some() {
        return Err(Refused::of(None, SEARCHES));
    }
    if let Some(text) = &change.rate {
        if !can("rate") {
            return Err(Refused::of(Some("rate"), "this run has no rate that could be changed"));
        }
        let per_s = rate(text).map_err(|why| Refused::of(Some("rate"), why))?;
        run.steer(per_s);
        run.mark(&format!("edited to {per_s}/s"));
    }
    if let Some(users) = change.users {
        if !can("users") {
            return Err(Refused::of(Some("users"), "this run takes the users that its rate needs"));
        }
        set_users(run, users)?;
    }
    for (class, users) in &change.classes {
        if !can("classes") {
            return Err(Refused::of(Some("classes"), "this run has no classes whose users could be changed"));
        }
        within(*users)?;
        if !run.live().set_class_users(class, *users) {
            return Err(Refused::of(Some("classes"), format!("there is no class '{class}'")));
        }
        run.mark(&format!("{class}: {}", units::count((*users).into(), "user")));
    }
    Ok(())
}

/// Arrivals per second; zero is a pause.
fn rate(text: &str) -> Result<f64, String> {
    if ["0", "0/s"].contains(&text.trim()) {
        return Ok(0.0);
    }
    units::parse_rate(text.trim()).map_err(|error| error.to_string())
}

fn within(users: u32) -> Result<(), Refused> {
    if users > MOST_USERS {
        return Err(Refused::of(Some("users"), format!("more than {MOST_USERS} users are not made")));
    }
    Ok(())
}

/// Has all who look on see what was changed, without anybody waiting for it.
pub(super) fn look_soon(desk: &Arc<Desk>) {
    let desk = Arc::clone(desk);
    drop(tokio::task::spawn_blocking(move || desk.look()));
}

/// So many users are wanted from now on.
pub(super) fn set_users(run: &Run, users: u32) -> Result<(), Refused> {
    if run.about.search.is_some() {
        return Err(Refused::of(Some("users"), SEARCHES));
    }
    within(users)?;
    run.live().set_users(users);
    run.mark(&format!("edited to {}", units::count(users.into(), "user")));
    Ok(())
}

pub(super) async fn stop(State(desk): State<Arc<Desk>>) -> Response {
    end(&desk, false)
}

pub(super) async fn cut(State(desk): State<Arc<Desk>>) -> Response {
    end(&desk, true)
}

/// Ends the run that goes on: at once, or when what runs has come to its end.
fn end(desk: &Arc<Desk>, at_once: bool) -> Response {
    match desk.current().filter(|run| !run.is_over()) {
        _ if desk.is_of_master() => refusal(&Refused::of_master()),
        None => refusal(&Refused::untimely("nothing runs that could be stopped")),
        Some(run) => {
            end_run(&run, at_once);
            look_soon(desk);
            done()
        }
    }
}

pub(super) fn end_run(run: &Run, at_once: bool) {
    if at_once {
        run.live().cut();
        run.mark("cut off from the page");
    } else {
        run.live().stop();
        run.mark("stopped from the page");
    }
}
