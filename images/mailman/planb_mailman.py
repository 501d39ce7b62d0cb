"""Mailman's runners in few processes that share their memory.

Mailman's own master executes a Python for each of twelve runners, about 80 MB each. Here the modules are loaded once,
then the runners are forked: the quick queues take turns in one process (`Queues`), delivery, LMTP and REST have one
each. When one ends all end, and the container is started anew; what was on its way is on disk.
"""

import gc
import importlib
import logging
import os
import pkgutil
import signal
import sys
import time
import traceback

import mailman
from mailman.bin.runner import make_runner
from mailman.config import config
from mailman.core import initialize
from mailman.core.runner import Runner
from mailman.interfaces.runner import RunnerInterrupt

# What they put in the place of Mailman's own.
import planb_delivery  # noqa: F401
import planb_posting  # noqa: F401

# Runners that take turns, see [runner.queues] in the configuration.
QUEUES = ('in', 'pipeline', 'virgin', 'archive', 'command', 'digest', 'bounces', 'retry', 'task')
PROCESSES = ('queues', 'out', 'lmtp', 'rest')
# Times a message that failed, e.g. because the database was away, is tried anew at a start.
UNSHUNTS = 3
# Times in a row that a runner's regular work may fail.
PERIODIC_TRIES = 10


def patient(name, periodic):
    """
    A runner's regular work that goes on after an error, e.g. a database that was away for a moment; Mailman's runner would end,
    and the pages with it. What fails again and again does end it, and all begins anew.
    """
    failed = 0

    def work():
        nonlocal failed
        try:
            periodic()
            config.db.commit()
            failed = 0
        except RunnerInterrupt:
            raise
        except Exception:
            config.db.abort()
            failed += 1
            if failed >= PERIODIC_TRIES:
                raise
            print(f'mailman: {name}: tried again at its next turn:\n{traceback.format_exc()}', flush=True)

    return work


class Queues(Runner):
    """Several of Mailman's runners, one after the other, each no more often than its own pause asks."""

    is_queue_runner = False

    def __init__(self, name, slice=None):
        super().__init__(name, slice)
        self._due = {make_runner(queue, slice, None): 0.0 for queue in QUEUES}
        for runner in self._due:
            runner._do_periodic = patient(runner.name, runner._do_periodic)

    def _one_iteration(self):
        done = 0
        for runner, due in self._due.items():
            if time.monotonic() < due or self._stop:
                continue
            count = runner._one_iteration()
            runner._do_periodic()
            done += count
            self._due[runner] = time.monotonic() + runner.sleep_float
            if count:
                # What one has done is often work for another.
                self._due.update((quick, 0.0) for quick in self._due if quick.sleep_float <= 1)
        return done

    def stop(self):
        super().stop()
        for runner in self._due:
            runner.stop()

    def _snooze(self, filecnt):
        if not filecnt:
            time.sleep(0.5)


def preload():
    """Loads what runners load by name, before the fork."""
    for name in ('alembic.command', 'psycopg2', 'sqlalchemy.dialects.postgresql.psycopg2', 'gunicorn.workers.sync'):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(mailman.__path__, 'mailman.'):
        part = module.name.split('.')
        skipped = {'tests', 'testing', 'docs', 'alembic', 'messages', 'templates'}
        if not skipped.intersection(part) and part[1] not in ('bin', 'commands'):
            importlib.import_module(module.name)


def fork(work):
    """Runs work in a child; its result is the exit status."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os._exit(work() or 0)
    except SystemExit as leaving:
        os._exit(leaving.code if isinstance(leaving.code, int) else 1)
    except BaseException as error:
        print(f'mailman: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ""}', flush=True)
        os._exit(1)


def prepare():
    """Makes or migrates the tables, and puts back what failed before."""
    initialize.initialize_2()
    shunt = config.switchboards['shunt']
    for filebase in shunt.files:
        try:
            message, data = shunt.dequeue(filebase)
            tried = data.get('planb_unshunted', 0)
            if tried >= UNSHUNTS:
                shunt.finish(filebase, preserve=True)
                continue
            data['planb_unshunted'] = tried + 1
            config.switchboards[data.get('whichq', 'in')].enqueue(message, data)
            shunt.finish(filebase)
        except Exception as error:
            print(f'mailman: not put back: {filebase}: {error}', flush=True)
    config.db.commit()


def run(name):
    """One runner, until it is told to end."""
    initialize.initialize_2()
    initialize.initialize_3()
    runner = make_runner(name, 0, 1)
    runner.set_signals()
    logging.getLogger('mailman.runner').info('%s runner started.', name)
    try:
        runner.run()
    except Exception:
        print(f'mailman: {name}: {traceback.format_exc()}', flush=True)
        raise
    return runner.status


def main(config_file):
    initialize.initialize_1(config_file)
    # The library that takes mail tells every command and address; Mailman sets it up as its own log of deliveries.
    logging.getLogger('mail.log').setLevel(logging.WARNING)
    preload()
    # What is loaded stays shared: the collector leaves it alone.
    gc.freeze()
    while True:
        _, status = os.waitpid(fork(prepare), 0)
        if status == 0:
            break
        if os.WIFSIGNALED(status):
            return 1
        print('mailman: waiting for the database', flush=True)
        time.sleep(3)
    children = {fork(lambda name=name: run(name)): name for name in PROCESSES}

    def end(*_):
        for pid in children:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass

    signal.signal(signal.SIGTERM, end)
    pid, status = os.wait()
    print(f'mailman: {children.pop(pid, pid)} ended, status {status}', flush=True)
    end()
    while children:
        try:
            pid, _ = os.wait()
            children.pop(pid, None)
        except ChildProcessError:
            break
    return 0 if os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == signal.SIGTERM else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
