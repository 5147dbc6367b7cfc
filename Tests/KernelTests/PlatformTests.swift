// Memory, files, reference counts, error texts and the clock.

import BNNMPlatform
import Foundation
import XCTest

final class PlatformTests: XCTestCase {
    func testMemoryIsAlignedAndNeverEmpty() {
        for alignment in [1, 8, 16, 64, 4096] {
            for byteCount in [0, 1, 63, 1000] {
                let memory = bnnmp_allocate(byteCount, alignment)
                XCTAssertNotNil(memory)
                XCTAssertEqual(UInt(bitPattern: memory) % UInt(alignment), 0)
                memory?.storeBytes(of: 1, as: UInt8.self)
                bnnmp_free(memory)
            }
        }
        bnnmp_free(nil)
    }

    func testImpossibleMemoryIsNil() {
        XCTAssertNil(bnnmp_allocate(Int(bitPattern: UInt.max), 64))
    }

    private func withDirectory(_ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory)
    }

    func testAFileIsMappedWhole() throws {
        try withDirectory { directory in
            for byteCount in [1, 4095, 4096, 4097, 100_000] {
                let url = directory.appendingPathComponent("file")
                let data = Data((0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) })
                try data.write(to: url)
                var file = bnnmp_file()
                XCTAssertEqual(bnnmp_map_file(url.path, &file), BNNMP_FILE_OK)
                XCTAssertEqual(file.error, 0)
                XCTAssertEqual(UInt(bitPattern: file.bytes) % 4096, 0)
                XCTAssertEqual(Data(bytes: file.bytes, count: file.byte_count), data)
                bnnmp_unmap_file(&file)
                XCTAssertNil(file.bytes)
                bnnmp_unmap_file(&file)
            }
        }
    }

    func testAnEmptyFileIsNoError() throws {
        try withDirectory { directory in
            let url = directory.appendingPathComponent("empty")
            try Data().write(to: url)
            var file = bnnmp_file()
            XCTAssertEqual(bnnmp_map_file(url.path, &file), BNNMP_FILE_OK)
            XCTAssertNil(file.bytes)
            XCTAssertEqual(file.byte_count, 0)
            bnnmp_unmap_file(&file)
        }
    }

    func testWhatIsNoReadableFileSaysWhy() throws {
        try withDirectory { directory in
            var file = bnnmp_file()
            XCTAssertEqual(bnnmp_map_file(directory.path, &file), BNNMP_FILE_NOT_REGULAR)
            XCTAssertEqual(bnnmp_map_file("/dev/null", &file), BNNMP_FILE_NOT_REGULAR)
            XCTAssertEqual(bnnmp_map_file(directory.path + "/none", &file), BNNMP_FILE_MISSING)
            XCTAssertEqual(file.error, ENOENT)
            XCTAssertEqual(bnnmp_map_file("/dev/null/below", &file), BNNMP_FILE_MISSING)
            XCTAssertEqual(bnnmp_map_file("", &file), BNNMP_FILE_MISSING)

            let fifo = directory.path + "/fifo"
            XCTAssertEqual(mkfifo(fifo, 0o600), 0)
            XCTAssertEqual(bnnmp_map_file(fifo, &file), BNNMP_FILE_NOT_REGULAR)

            let secret = directory.appendingPathComponent("secret")
            try Data([1]).write(to: secret)
            chmod(secret.path, 0)
            if geteuid() != 0 {
                XCTAssertEqual(bnnmp_map_file(secret.path, &file), BNNMP_FILE_UNREADABLE)
                XCTAssertEqual(file.error, EACCES)
            }
            let loop = directory.path + "/loop"
            XCTAssertEqual(symlink(loop, loop), 0)
            XCTAssertEqual(bnnmp_map_file(loop, &file), BNNMP_FILE_UNREADABLE)
            XCTAssertEqual(file.error, ELOOP)
            XCTAssertNil(file.bytes)
        }
    }

    private func errorText(_ error: Int32, capacity: Int) -> String {
        var text = [CChar](repeating: 0x55, count: capacity + 1)
        bnnmp_error_text(error, &text, capacity)
        XCTAssertEqual(text[capacity], 0x55)
        guard let end = text.prefix(capacity).firstIndex(of: 0) else {
            XCTFail("not terminated within \(capacity)")
            return ""
        }
        return String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func testErrorTexts() {
        XCTAssertEqual(errorText(ENOENT, capacity: 100), "No such file or directory")
        XCTAssertEqual(errorText(ENOENT, capacity: 1), "")
        XCTAssertTrue("No such file or directory".hasPrefix(errorText(ENOENT, capacity: 8)))
        XCTAssertTrue(errorText(99999, capacity: 100).contains("99999"))
        bnnmp_error_text(ENOENT, nil, 0)
    }

    func testTheLastReleaseOwnsAll() {
        var count: UInt32 = 1
        bnnmp_retain(&count)
        bnnmp_retain(&count)
        XCTAssertFalse(bnnmp_release(&count))
        XCTAssertFalse(bnnmp_release(&count))
        XCTAssertTrue(bnnmp_release(&count))
    }

    func testReferenceCountsAreAtomic() {
        let memory = bnnmp_allocate(bnnmp_pool_byte_count(4), 64)!
        defer { bnnmp_free(memory) }
        let pool = bnnmp_pool_create(memory, 4, nil, 0, bnnmp_current_core)
        var count: UInt32 = 1
        let churn: bnnmp_task = { context, begin, end in
            let count = UnsafeMutablePointer<UInt32>(mutating: context!.assumingMemoryBound(to: UInt32.self))
            for _ in begin..<end {
                bnnmp_retain(count)
                if bnnmp_release(count) { XCTFail("released by all while one holds it") }
            }
        }
        bnnmp_pool_run(pool, churn, &count, 100_000, 1)
        bnnmp_pool_destroy(pool)
        XCTAssertEqual(count, 1)
    }

    func testTheClockIsMonotonic() {
        var last = bnnmp_clock_nanoseconds()
        for _ in 0..<1000 {
            let now = bnnmp_clock_nanoseconds()
            XCTAssertGreaterThanOrEqual(now, last)
            last = now
        }
        let start = bnnmp_clock_nanoseconds()
        usleep(3000)
        XCTAssertGreaterThanOrEqual(bnnmp_clock_nanoseconds() - start, 3_000_000)
    }

    /// Programs are told on 64-bit ARM only, there by Linux.
    func testTheCurrentCoreIsAnImplementersPart() {
        let core = bnnmp_current_core()
        #if arch(arm64)
            XCTAssertEqual(core & ~0xff00_fff0, 0)
        #else
            XCTAssertEqual(core, 0)
        #endif
    }
}
