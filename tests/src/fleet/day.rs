//! One day of one host, with the few verbs that lives are told in.

use std::net::IpAddr;
use std::rc::Rc;

use super::act::{Act, Pod, Program, Signed, Talk, What};
use super::host::Host;
use crate::scenario::calendar::{DAY, HOUR, Rhythm};
use crate::scenario::dice::{Dice, mix};
use crate::scenario::internet::Internet;

/// A day in the making.
pub struct Day<'a> {
    /// The host.
    pub host: &'a Host,
    /// Midnight, seconds since the epoch.
    pub start: i64,
    /// The internet.
    pub net: &'a Internet,
    /// Randomness of this host and day.
    pub dice: Dice,
    /// What happened so far, in no order.
    pub acts: Vec<Act>,
}

impl Day<'_> {
    /// Times of day at which something happens about `count` times, as busy as the rhythm says.
    pub fn times(&mut self, count: f64, rhythm: Rhythm) -> Vec<i64> {
        let tries = self.dice.poisson(count * 2.5);
        let mut times = Vec::new();
        for _ in 0..tries {
            let at = self.start + self.dice.below(DAY as u64) as i64;
            if self.dice.unit() * 2.5 < rhythm.load(at) {
                times.push(at);
            }
        }
        times
    }

    /// Moments every `every` seconds between two times, each a little off.
    pub fn every(&mut self, every: i64, from: i64, until: i64) -> Vec<i64> {
        let (from, until) = (from.max(self.start), until.min(self.start + DAY));
        let mut at = from + self.dice.below(every as u64) as i64;
        let mut times = Vec::new();
        while at < until {
            times.push(at);
            at += every + self.dice.below((every / 8).max(1) as u64) as i64 - every / 16;
        }
        times
    }

    /// Begin and end of the person's working time; `None` on days off.
    pub fn office(&mut self) -> Option<(i64, i64)> {
        let weekend = crate::scenario::calendar::weekday(self.start) >= 5;
        if self.dice.chance(if weekend { 0.9 } else { 0.06 }) {
            return None;
        }
        let begin = self.start + 8 * HOUR + self.dice.below(2 * HOUR as u64) as i64;
        Some((begin, begin + self.dice.range(7, 10) as i64 * HOUR))
    }

    /// A moment between two times.
    pub fn moment(&mut self, from: i64, until: i64) -> i64 {
        from + self.dice.below((until - from).max(1) as u64) as i64
    }

    /// Starts a program with arguments, blank-separated.
    pub fn start(&mut self, at: i64, program: &Rc<Program>, arguments: &str) {
        let words = arguments.split(' ').map(ToOwned::to_owned).collect();
        self.act(at, program, What::Start(words));
    }

    /// Starts a shell with one text to run.
    pub fn shell(&mut self, at: i64, program: &Rc<Program>, name: &str, text: &str) {
        self.act(at, program, What::Start(vec![name.to_owned(), "-c".to_owned(), text.to_owned()]));
    }

    /// One connection that the program dials.
    pub fn talk(
        &mut self,
        at: i64,
        lasts: i64,
        program: &Rc<Program>,
        to: (IpAddr, u16),
        sent: u64,
        received: u64,
    ) {
        let talk = Talk { remote: to.0, port: to.1, lasts: lasts.max(1), sent, received, unseen: false };
        self.act(at, program, What::Talk(talk));
    }

    /// One connection that somebody else dials.
    pub fn serve(&mut self, at: i64, lasts: i64, program: &Rc<Program>, sent: u64, received: u64) {
        let remote = self.net.resident(&mut self.dice);
        let talk = Talk { remote, port: 443, lasts: lasts.max(1), sent, received, unseen: true };
        self.act(at, program, What::Talk(talk));
    }

    /// Something happens.
    pub fn act(&mut self, at: i64, program: &Rc<Program>, what: What) {
        self.acts.push(Act { at, program: Rc::clone(program), what });
    }

    /// Web traffic of a program: many sites, small requests, larger answers.
    pub fn browse(&mut self, program: &Rc<Program>, count: f64, from: i64, until: i64) {
        for _ in 0..self.dice.poisson(count) {
            let at = self.moment(from, until);
            let remote = self.net.origin(&mut self.dice, false);
            let (sent, received) = (self.dice.lognormal(4e3, 0.8), self.dice.lognormal(1.2e5, 1.2));
            let lasts = self.dice.range(1, 180) as i64;
            self.talk(at, lasts, program, (remote, 443), sent as u64, received as u64);
        }
    }

    /// Keeps a session to one server, dialled again now and then, with a beat of some bytes.
    pub fn hold(&mut self, program: &Rc<Program>, to: (IpAddr, u16), again: i64, from: i64, until: i64) {
        for at in self.every(again, from, until) {
            let lasts = again.min(until - at).max(30);
            let beats = (lasts / 30) as u64;
            self.talk(at, lasts, program, to, beats * 180, beats * 220);
        }
    }

    /// A server that this host alone, or each host, always talks with under a name.
    pub fn server(&self, name: &str, own: bool) -> IpAddr {
        let text = name.bytes().fold(11, |a, b| mix(&[a, u64::from(b)]));
        let owner = if own { self.host.index as u64 } else { 0 };
        self.net.hosting(&mut Dice::new(text, &[owner]), false)
    }
}

/// A program of the machine.
pub fn program(path: &str, user: &str, parent: &str) -> Rc<Program> {
    Rc::new(Program {
        path: path.to_owned(),
        user: user.to_owned(),
        parent: parent.to_owned(),
        ..Program::default()
    })
}

/// A Windows program with its maker.
pub fn made(path: &str, user: &str, parent: &str, company: &'static str) -> Rc<Program> {
    Rc::new(Program { company, ..Program::clone(&program(path, user, parent)) })
}

/// A Windows program whose file was renamed after it was made, as honest installers do too.
pub fn renamed(
    path: &str,
    user: &str,
    parent: &str,
    company: &'static str,
    was: &'static str,
) -> Rc<Program> {
    Rc::new(Program { original: Some(was), ..Program::clone(&made(path, user, parent, company)) })
}

/// A macOS program with its signature.
pub fn signed(path: &str, user: &str, parent: &str, signed: Signed) -> Rc<Program> {
    Rc::new(Program { signed, ..Program::clone(&program(path, user, parent)) })
}

/// A program in a container.
pub fn inside(pod: &Rc<Pod>, path: &str, user: &str) -> Rc<Program> {
    Rc::new(Program { pod: Some(Rc::clone(pod)), ..Program::clone(&program(path, user, "/bin/sh")) })
}
