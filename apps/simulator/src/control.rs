//! The stand's controls: for tests in the same process, and behind `/control` for others.

use chrono::TimeDelta;

use crate::fault::Fault;
use crate::keys::KeyError;
use crate::knobs::Knobs;
use crate::person::{Oid, Persona};
use crate::settings::TokenAlgorithm;
use crate::simulator::Simulator;
use crate::state::RecordedRequest;

/// Changes and reads the stand while it runs. What it changes holds from the next request on.
#[derive(Clone, Debug)]
pub struct Control(Simulator);

impl Control {
    pub(crate) fn new(simulator: Simulator) -> Self {
        Self(simulator)
    }

    /// Signs with new keys from now on; the old ones stay published. Keys that were
    /// [prepared](Self::prepare_keys) are used.
    ///
    /// # Errors
    /// When keys can't be made.
    pub fn rotate_keys(&self) -> Result<(), KeyError> {
        let now = self.0.now();
        self.0.lock().keys.rotate(now)
    }

    /// Publishes the next keys without using them yet.
    ///
    /// # Errors
    /// When keys can't be made.
    pub fn prepare_keys(&self) -> Result<(), KeyError> {
        let now = self.0.now();
        self.0.lock().keys.prepare(now).map(|_| ())
    }

    /// Publishes the old keys no more.
    pub fn retire_old_keys(&self) {
        self.0.lock().keys.retire();
    }

    /// The published certificates of one algorithm as PEM, oldest first.
    #[must_use]
    pub fn certificates_pem(&self, algorithm: TokenAlgorithm) -> Vec<String> {
        self.0.lock().keys.certificates(algorithm)
    }

    /// Plays the fault until [`clear_faults`](Self::clear_faults).
    pub fn set_fault(&self, fault: Fault) {
        self.0.lock().faults.add(fault, None);
    }

    /// Plays the fault so many times.
    pub fn set_fault_times(&self, fault: Fault, times: u32) {
        self.0.lock().faults.add(fault, Some(times));
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.0.lock().faults.clear();
    }

    /// The requests answered so far, oldest first, at most ten thousand; no values that came with them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.0.lock().requests.iter().cloned().collect()
    }

    /// Forgets the requests answered so far.
    pub fn clear_requests(&self) {
        self.0.lock().requests.clear();
    }

    /// The last code "sent" to that person.
    #[must_use]
    pub fn last_sms_code(&self, id: &str) -> Option<String> {
        let memory = self.0.lock();
        let oid = memory.people.iter().find(|person| person.id == id)?.oid;
        memory
            .sms
            .iter()
            .find(|sms| sms.oid == oid)
            .map(|sms| sms.code.clone())
    }

    /// The last address by which a browser was sent back to a client.
    #[must_use]
    pub fn last_callback(&self) -> Option<String> {
        self.0.lock().last_callback.clone()
    }

    /// Withdraws the person's consent to that client; its codes and tokens end. Says whether
    /// there was one.
    #[expect(clippy::must_use_candidate, reason = "the change is what matters")]
    pub fn withdraw_consent(&self, oid: Oid, client_id: &str) -> bool {
        self.0.lock().withdraw(oid, client_id)
    }

    /// Sets the stand's clock off by so much, `Date` header included.
    pub fn set_clock_offset(&self, offset: TimeDelta) {
        self.0.lock().offset = offset;
    }

    /// Changes a person. Says whether there is one of that id.
    pub fn edit_person(&self, id: &str, change: impl FnOnce(&mut Persona)) -> bool {
        let mut memory = self.0.lock();
        let person = memory.people.iter_mut().find(|person| person.id == id);
        person.map(change).is_some()
    }

    /// A person as the stand has them now.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<Persona> {
        self.0
            .lock()
            .people
            .iter()
            .find(|person| person.id == id)
            .cloned()
    }

    /// Changes knobs.
    pub fn set_knob(&self, change: impl FnOnce(&mut Knobs)) {
        change(&mut self.0.lock().knobs);
    }

    /// The knobs as they stand.
    #[must_use]
    pub fn knobs(&self) -> Knobs {
        self.0.lock().knobs.clone()
    }
}
