#include "object.h"

#include <exception>
#include <utility>

namespace maxmsp {

Object::Object(t_object* object) : object_(object) {}

Object::~Object() = default;

void Object::leave() {
  // Not with the lock held: a tick that is under way may wait for it.
  if (clock_) object_free(std::exchange(clock_, nullptr));
  if (qelem_) qelem_free(static_cast<t_qelem*>(std::exchange(qelem_, nullptr)));
  const std::lock_guard lock(lock_);
  forget_work();
  object_ = nullptr;
}

bool Object::enter(const std::function<void()>& call) {
  const auto alive = shared_from_this();
  bool succeeded = false;
  decltype(outbox_) lines;
  {
    const std::lock_guard lock(lock_);
    ++depth_;
    try {
      call();
      succeeded = true;
    } catch (const std::exception& e) {
      error(e.what());
    } catch (...) {
      error("something failed for an unknown reason.");
    }
    if (--depth_ == 0) lines.swap(outbox_);
  }
  for (auto& line : lines) {
    t_object* const owner = [this] {
      const std::lock_guard lock(lock_);
      return object_;
    }();
    if (!owner) break;  // what was sent has ended us
    try {
      line(owner);
    } catch (...) {  // no memory for a copy: that line is lost
    }
  }
  return succeeded;
}

void Object::say(std::function<void(t_object*)> line) {
  if (!gone()) outbox_.push_back(std::move(line));
}

void Object::error(const std::string& text) {
  say([text](t_object* owner) { object_error(owner, "%s", text.c_str()); });
}

void Object::notice(const std::string& text) {
  say([text](t_object* owner) { object_post(owner, "%s", text.c_str()); });
}

void Object::send(void* outlet, const char* selector, const Atoms& atoms) {
  if (!outlet) return;
  say([outlet, selector = gensym(selector), atoms](t_object*) {
    Atoms copy = atoms;  // Max takes what is not const
    outlet_anything(static_cast<t_outlet*>(outlet), selector, static_cast<short>(copy.size()),
                    copy.data());
  });
}

std::function<void(const std::string&)> Object::complaints() {
  return [this](const std::string& text) { error(text); };
}

void Object::work(nn::Chores& chores, nn::Chores::Job job) {
  chores.post(std::move(job));
  constexpr double patience = 600;  // seconds; what takes longer goes on in the background
  if (renders()) chores.wait(patience);
}

void Object::start_clock() {
  clock_ = clock_new(this, as_method(&Object::on_clock));
  qelem_ = qelem_new(this, as_method(&Object::on_main));
  clock_fdelay(static_cast<t_clock*>(clock_), 0);
}

// Scheduler thread.
void Object::on_clock(Object* self) { qelem_set(static_cast<t_qelem*>(self->qelem_)); }

void Object::on_main(Object* self) {
  const auto alive = self->shared_from_this();
  self->enter([self] {
    if (!self->gone()) self->poll();
  });
  self->enter([self] {  // whatever became of that
    if (self->gone() || !self->clock_) return;
    clock_fdelay(static_cast<t_clock*>(self->clock_), self->busy() ? 5 : 20);  // ms
  });
}

}  // namespace maxmsp
