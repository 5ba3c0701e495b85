"""Every destructor must run. Each case runs in a process of its own, so that no other test holds references or has started
a thread, and polls, because an object can be freed a little later on another thread."""

import subprocess
import sys
import textwrap
import unittest

PRELUDE = """
import gc, sys, threading, time
import runtime_test_module as m

def settle(expected=0, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        gc.collect()
        if m.live() == expected or time.monotonic() > deadline:
            return m.live()
        time.sleep(0.001)
"""


class OwnProcess(unittest.TestCase):
    def run_code(self, code, expected_output="ok"):
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", PRELUDE + textwrap.dedent(code)],
            capture_output=True, text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, expected_output), done.stderr[-4000:])


class Cycles(OwnProcess):
    def cycle(self, make, link, rounds=200):
        self.run_code(f"""
            def one():
                {make}
                {link}
            for _ in range({rounds}):
                one()
            assert settle() == 0, m.live()
            for _ in range({rounds}):
                one()
                gc.collect(0)
            assert settle() == 0, m.live()
            print("ok")
            """)

    def test_node(self):
        self.cycle("a = m.Node()", "a.next = a; a.append(a)")

    def test_two_nodes(self):
        self.cycle("a, b = m.Node(), m.Node()", "a.next = b; b.append(a)")

    def test_cached_value(self):
        self.cycle("a = m.Node()", "a.cached(lambda: [a])")

    def test_native_leaf_through_its_own_field(self):
        self.cycle("a = m.Leaf()", "a.extra = a")

    def test_native_leaf_through_its_base_field(self):
        self.cycle("a = m.Leaf()", "a.next = a")

    def test_dict_subtype_through_its_own_field(self):
        self.cycle("a = m.Table()", "a.extra = a")

    def test_dict_subtype_through_the_dict(self):
        self.cycle("a = m.Table()", "a['self'] = a")

    def test_python_subclass(self):
        for base in "Node", "Leaf":
            with self.subTest(base=base):
                self.run_code(f"""
                    class Sub(m.{base}):
                        pass
                    class Slotted(m.{base}):
                        __slots__ = ("me",)
                    def one(kind):
                        a = kind()
                        a.next = a
                        a.me = a
                    for _ in range(200):
                        one(Sub)
                        one(Slotted)
                    assert settle() == 0, m.live()
                    print("ok")
                    """)

    def test_fresh_subclass_each_time(self):
        # 3.13t makes classes immortal once a thread has started; this process starts none.
        self.run_code("""
            import weakref
            types = []
            def one():
                class Fresh(m.Node):
                    pass
                a = Fresh()
                a.next = a
                a.cached(lambda: Fresh)
                types.append(weakref.ref(Fresh))
            for _ in range(50):
                one()
            assert settle() == 0, m.live()
            alive = sum(ref() is not None for ref in types)
            assert alive == 0, alive
            print("ok")
            """)

    def test_finaliser_runs_once_for_each_object(self):
        self.run_code("""
            for _ in range(100):
                a = m.Finalised()
                a.extra = a
            del a
            assert settle() == 0
            for _ in range(100):
                m.Finalised()
            assert m.live() == 0 and m.finalised() == 200, (m.live(), m.finalised())
            print("ok")
            """)


class BrokenVariants(OwnProcess):
    """The loop must be able to fail: a type that forgets a duty leaks every object."""

    def survivors(self, name, before=""):
        self.run_code(f"""
            {before}
            def one():
                a = m.{name}()
                a.extra = a
            for _ in range(50):
                one()
            print(settle(seconds=0.2))
            """, expected_output="0" if name == "Whole" else "50")

    def test_field_not_visited(self):
        self.survivors("NotVisited")

    def test_field_not_cleared(self):
        self.survivors("NotCleared")

    def test_fields_of_the_base_not_visited(self):
        self.survivors("BaseForgotten")

    def test_recycled_object_not_tracked(self):
        self.survivors("NotTrackedAgain", before="kept = [m.NotTrackedAgain() for _ in range(50)]; del kept")

    def test_nothing_forgotten(self):
        self.survivors("Whole")

    def test_type_not_visited(self):
        for name in "TypeForgotten", "Whole":
            with self.subTest(name):
                self.run_code(f"""
                    def one():
                        class Fresh(m.{name}):
                            pass
                        Fresh.instance = Fresh()
                    for _ in range(50):
                        one()
                    print(settle(seconds=0.2))
                    """, expected_output="0" if name == "Whole" else "50")


class Lifetimes(OwnProcess):
    def test_deep_chain(self):
        self.run_code("""
            head = m.Node()
            for _ in range(200_000):
                node = m.Node()
                node.next = head
                head = node
            assert m.live() == 200_001
            del node
            del head
            assert settle() == 0, m.live()
            print("ok")
            """)

    def test_deep_chain_of_subclass(self):
        self.run_code("""
            class Sub(m.Node):
                pass
            head = Sub()
            for _ in range(200_000):
                node = Sub()
                node.next = head
                head = node
            del node
            del head
            assert settle() == 0, m.live()
            print("ok")
            """)

    def test_recycled_object_is_tracked(self):
        self.run_code("""
            for _ in range(1000):
                m.Node()              # fills the free list
            assert gc.is_tracked(m.Node())
            def one():
                a = m.Node()
                a.next = a
            for _ in range(1000):
                one()
            assert settle() == 0, m.live()
            print("ok")
            """)

    def test_recycled_object_is_empty(self):
        self.run_code("""
            a = m.Node()
            a.next = []
            a.cached(list)
            del a
            for _ in range(100):
                a = m.Node()
                assert a.next is None
                assert a.cached(lambda: 7) == 7
            print("ok")
            """)

    def test_subclass_instances_do_not_feed_the_free_list(self):
        self.run_code("""
            class Sub(m.Node):
                __slots__ = ("a", "b", "c")
            for _ in range(1000):
                s, l = Sub(), m.Leaf()
                s.a = s.b = s.c = object()
                del s, l
            nodes = [m.Node() for _ in range(1000)]
            assert all(type(n) is m.Node for n in nodes)
            del nodes
            assert settle() == 0, m.live()
            print("ok")
            """)

    def test_thread_exit(self):
        self.run_code("""
            for _ in range(20):
                m.churn_in_thread(500)
                threads = [threading.Thread(target=lambda: [m.Node() for _ in range(500)]) for _ in range(4)]
                for t in threads: t.start()
                for t in threads: t.join()
            assert settle() == 0, m.live()
            nodes = [m.Node() for _ in range(5000)]
            assert m.live() == 5000
            del nodes
            assert settle() == 0, m.live()
            print("ok")
            """)

    def test_drop_after_finalisation(self):
        self.run_code("""
            m.keep_for_ever([m.Node()])
            print("ok")
            """)

    @unittest.skipUnless(hasattr(__import__("os"), "fork"), "needs fork")
    def test_fork(self):
        self.run_code("""
            import os, warnings
            warnings.simplefilter("ignore")
            stop = threading.Event()
            def churn():
                while not stop.is_set():
                    m.drop_detached([m.Node() for _ in range(10)], 2)
            threads = [threading.Thread(target=churn) for _ in range(2)]
            for t in threads: t.start()
            for _ in range(10):
                pid = os.fork()
                if pid == 0:
                    for _ in range(200):
                        a = m.Node(); a.next = a
                    del a
                    m.drop_detached([m.Node() for _ in range(10)], 2)
                    gc.collect()
                    os._exit(0 if m.pool_empty() else 1)
                assert os.waitpid(pid, 0)[1] == 0
            stop.set()
            for t in threads: t.join()
            assert settle() == 0, m.live()
            print("ok")
            """)


if __name__ == "__main__":
    unittest.main()
