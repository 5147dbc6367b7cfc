// The fork-join pool: every item computed once, nothing left running after a call, at any rate of calls.

import BNNMPlatform
import XCTest

final class ThreadPoolTests: XCTestCase {
    /// A pool in memory of exactly its size.
    private func withPool(
        _ threadCount: UInt32, core: bnnmp_core = bnnmp_current_core, _ body: (OpaquePointer) -> Void
    ) {
        let memory = bnnmp_allocate(bnnmp_pool_byte_count(threadCount), 64)!
        defer { bnnmp_free(memory) }
        guard let pool = bnnmp_pool_create(memory, threadCount, nil, 0, core) else {
            return XCTFail("a pool of \(threadCount) threads does not start")
        }
        body(pool)
        bnnmp_pool_destroy(pool)
    }

    /// Items are counters; a task raises those of its part, without atomics: a part computed twice at once is a race.
    private static let countItems: bnnmp_task = { context, begin, end in
        let items = UnsafeMutablePointer<UInt64>(mutating: context!.assumingMemoryBound(to: UInt64.self))
        for i in begin..<end {
            items[Int(i)] += 1
        }
    }

    private func check(_ pool: OpaquePointer?, items: Int, grain: UInt32, calls: Int, _ message: String) {
        let counters = UnsafeMutablePointer<UInt64>.allocate(capacity: max(items, 1))
        counters.initialize(repeating: 0, count: max(items, 1))
        defer { counters.deallocate() }
        for call in 1...calls {
            bnnmp_pool_run(pool, Self.countItems, counters, UInt32(items), grain)
            // Readable without synchronisation: the call has returned.
            guard (0..<items).allSatisfy({ counters[$0] == UInt64(call) }) else {
                return XCTFail("\(message): call \(call) of \(items) items, grain \(grain)")
            }
        }
    }

    /// Where an item was computed: the thread, and the CPUs it may run on, where that is one.
    private struct Place {
        var cpu: Int32 = -1
        var thread: pthread_t = 0
    }

    /// "0-1", "3": the CPUs that the calling thread may run on.
    private static func allowedCPUs() -> Substring {
        let status = (try? String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        return line?.split(separator: "\t").last ?? ""
    }

    func testWorkersStayOnTheirCPUs() throws {
        let last = try XCTUnwrap(Self.allowedCPUs().split { ",-".contains($0) }.last)
        let cpu = try XCTUnwrap(UInt32(last))
        let memory = bnnmp_allocate(bnnmp_pool_byte_count(3), 64)!
        defer { bnnmp_free(memory) }
        let pool = try XCTUnwrap(bnnmp_pool_create(memory, 3, [cpu], 1, bnnmp_current_core))
        defer { bnnmp_pool_destroy(pool) }
        let places = UnsafeMutablePointer<Place>.allocate(capacity: 300)
        defer { places.deallocate() }
        var workerItems = 0
        // The caller may take all parts of a call before a worker wakes up.
        for _ in 0..<1000 where workerItems == 0 {
            places.initialize(repeating: Place(), count: 300)
            bnnmp_pool_run(
                pool,
                { context, begin, end in
                    let places = UnsafeMutablePointer<Place>(mutating: context!.assumingMemoryBound(to: Place.self))
                    for i in begin..<end {
                        places[Int(i)] = Place(cpu: Int32(ThreadPoolTests.allowedCPUs()) ?? -1, thread: pthread_self())
                    }
                }, places, 300, 1)
            for i in 0..<300 where places[i].thread != pthread_self() {
                workerItems += 1
                XCTAssertEqual(places[i].cpu, Int32(cpu))
            }
        }
        XCTAssertGreaterThan(workerItems, 0)
    }

    func testNoThreadStartsOnACPUThatIsNotThere() {
        let memory = bnnmp_allocate(bnnmp_pool_byte_count(2), 64)!
        defer { bnnmp_free(memory) }
        XCTAssertNil(bnnmp_pool_create(memory, 2, [1023], 1, bnnmp_current_core))
        XCTAssertNil(bnnmp_pool_create(memory, 2, [.max], 1, bnnmp_current_core))
    }

    func testEveryItemIsComputedOnce() {
        for threadCount: UInt32 in 0...5 {
            withPool(threadCount) { pool in
                for items in [0, 1, 2, 3, 7, 64, 1000] {
                    for grain: UInt32 in [0, 1, 2, 5, 64, 2000] {
                        check(pool, items: items, grain: grain, calls: 20, "\(threadCount) threads")
                    }
                }
            }
        }
    }

    func testWithoutAPoolTheCallerComputes() {
        for items in [0, 1, 100] {
            check(nil, items: items, grain: 1, calls: 2, "no pool")
        }
    }

    func testManyCallsInARow() {
        for threadCount: UInt32 in [2, 4] {
            withPool(threadCount) { pool in
                check(pool, items: 8, grain: 1, calls: 100_000, "\(threadCount) threads")
            }
        }
    }

    func testCallsAfterWorkersFellAsleep() {
        withPool(3) { pool in
            for _ in 0..<20 {
                usleep(2000)
                check(pool, items: 50, grain: 1, calls: 2, "after a pause")
            }
        }
    }

    func testPoolsAreCreatedAndDestroyedOftenAndUnused() {
        for round in 0..<200 {
            withPool(4) { pool in
                if round % 2 == 0 { check(pool, items: 9, grain: 1, calls: 1, "round \(round)") }
            }
        }
    }

    /// How many parts there are of 1000 items on four threads: the most in some calls, until there are `enough`.
    private func mostParts(core: bnnmp_core, enough: Int, calls: Int = 1000) -> Int {
        let begins = UnsafeMutablePointer<Bool>.allocate(capacity: 1000)
        defer { begins.deallocate() }
        var most = 0
        withPool(4, core: core) { pool in
            // What threads are on is known once they have worked, and the caller may take all parts of a call.
            for _ in 0..<calls where most < enough {
                begins.initialize(repeating: false, count: 1000)
                bnnmp_pool_run(
                    pool,
                    { context, begin, _ in
                        UnsafeMutablePointer(mutating: context!.assumingMemoryBound(to: Bool.self))[Int(begin)] = true
                    }, begins, 1000, 1)
                most = max(most, (0..<1000).count { begins[$0] })
            }
        }
        return most
    }

    func testThreadsOnUnlikeCoresHaveMoreParts() {
        XCTAssertEqual(mostParts(core: { 0 }, enough: 9), 8)
        XCTAssertEqual(mostParts(core: { 0x4100_d050 }, enough: 9), 8)
        // Threads' addresses are pages apart. On a busy machine it may be seconds before all of them have worked.
        let unlike: bnnmp_core = { UInt32(truncatingIfNeeded: pthread_self() >> 12) | 1 }
        XCTAssertEqual(mostParts(core: unlike, enough: 16, calls: 1_000_000), 16)
    }

    /// Parts are what `grain` asks for: none is smaller, and they cover the range.
    func testPartsAreAtLeastAGrain() {
        let smallest: bnnmp_task = { context, begin, end in
            let grain = context!.load(as: UInt32.self)
            if end - begin < grain { XCTFail("part \(begin)..<\(end) of grain \(grain)") }
        }
        withPool(3) { pool in
            for grain: UInt32 in 1...20 {
                var context = grain
                for items in grain...60 {
                    bnnmp_pool_run(pool, smallest, &context, items, grain)
                }
            }
        }
    }

    func testHugeCountsDoNotOverflow() {
        let sum: bnnmp_task = { context, begin, end in
            let total = UnsafeMutablePointer<UInt64>(mutating: context!.assumingMemoryBound(to: UInt64.self))
            // At most sixteen parts, each longer than 2^26 items: no two begin in the same 2^26.
            total[Int(begin >> 26)] += UInt64(end - begin)
        }
        let totals = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
        totals.initialize(repeating: 0, count: 64)
        defer { totals.deallocate() }
        withPool(4) { pool in
            bnnmp_pool_run(pool, sum, totals, UInt32.max, 1)
        }
        XCTAssertEqual((0..<64).reduce(0) { $0 + totals[$1] }, UInt64(UInt32.max))
    }
}
