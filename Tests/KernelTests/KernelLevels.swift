// The instruction set levels of this CPU, as tests loop over them: every kernel is checked at every level that runs.

import BNNMKernels
import XCTest

/// A level and the kernels it is made of: the generic table with that one level's kernels over it.
struct KernelLevel {
    let name: String
    let table: bnnmk_table

    private static let names: [(mask: UInt32, name: String)] = [
        (BNNMK_GENERIC.rawValue, "generic"),
        (BNNMK_NEON.rawValue, "neon"),
        (BNNMK_NEON_DOTPROD.rawValue, "neon+dotprod"),
        (BNNMK_AVX2.rawValue, "avx2"),
        (BNNMK_AVX512.rawValue, "avx512"),
        (BNNMK_AMX.rawValue, "amx"),
    ]

    /// Every level available here and permitted, generic first.
    static var available: [KernelLevel] {
        names.compactMap { mask, name in
            guard bnnmk_available_levels() & mask != 0, bnnmk_ask_for_levels(mask) == 0 else { return nil }
            var table = bnnmk_table()
            bnnmk_fill_table(&table, mask)
            return KernelLevel(name: name, table: table)
        }
    }
}

final class KernelLevelTests: XCTestCase {
    func testGenericIsAlwaysAvailable() {
        XCTAssertNotEqual(bnnmk_available_levels() & BNNMK_GENERIC.rawValue, 0)
        var table = bnnmk_table()
        bnnmk_fill_table(&table, 0)
        XCTAssertEqual(String(cString: table.binary_conv2d_name), "binary_conv2d_generic")
        XCTAssertEqual(String(cString: table.conv2d_name), "conv2d_f32_generic")
    }

    func testEverySlotIsFilledAtEveryLevel() {
        for level in KernelLevel.available {
            let table = level.table
            XCTAssertNotNil(table.binary_conv2d)
            XCTAssertNotNil(table.conv2d)
            XCTAssertNotNil(table.max_pool_f32)
            XCTAssertNotNil(table.max_pool_i32)
            XCTAssertNotNil(table.average_pool_f32)
            XCTAssertNotNil(table.bit_pool)
            XCTAssertNotNil(table.binarize_f32)
            XCTAssertNotNil(table.binarize_i32)
            XCTAssertNotNil(table.unpack)
            XCTAssertNotNil(table.extract)
            XCTAssertNotNil(table.scale_shift)
            XCTAssertNotNil(table.clamp)
            XCTAssertNotNil(table.transpose)
            XCTAssertNotNil(table.elementwise)
            XCTAssertNotNil(table.map)
            XCTAssertNotNil(table.copy_rows)
            XCTAssertNotNil(table.insert)
            XCTAssertNotNil(table.binarize_by_f32)
            XCTAssertNotNil(table.binarize_by_i32)
            XCTAssertNotNil(table.accumulator_thresholds)
            XCTAssertNotNil(table.compute)
            XCTAssertNotNil(table.gather)
            XCTAssertNotNil(table.gather_bits)
            XCTAssertNotNil(table.resample)
            XCTAssertNotNil(table.reduce)
            XCTAssertNotNil(table.matmul)
            XCTAssertNotNil(table.binary_matmul)
            XCTAssertNotNil(table.binary_conv2d_name)
            XCTAssertNotNil(table.conv2d_name)
        }
    }

    private func names(within mask: UInt32) -> [String] {
        var table = bnnmk_table()
        bnnmk_fill_table(&table, mask)
        return [String(cString: table.binary_conv2d_name), String(cString: table.conv2d_name)]
    }

    func testALevelIsOnlyUsedWithinTheMask() throws {
        let available = bnnmk_available_levels()
        try XCTSkipIf(available & BNNMK_AVX2.rawValue == 0, "this CPU has no AVX2")
        let generic = ["binary_conv2d_generic", "conv2d_f32_generic"]
        let avx2 = ["binary_conv2d_x86_avx2", "conv2d_f32_x86_avx2"]
        XCTAssertEqual(names(within: BNNMK_GENERIC.rawValue), generic)
        XCTAssertEqual(names(within: BNNMK_AVX2.rawValue), avx2)
        let wide = BNNMK_AVX512.rawValue | BNNMK_AMX.rawValue
        XCTAssertEqual(names(within: ~wide), avx2)
        XCTAssertEqual(names(within: ~(BNNMK_AVX2.rawValue | wide)), generic)
    }

    /// AVX-512 comes on top of AVX2, whose kernels it takes where it has none.
    func testAVX512TakesAVX2sKernelsToo() throws {
        try XCTSkipIf(bnnmk_available_levels() & BNNMK_AVX512.rawValue == 0, "this CPU has no AVX-512")
        for mask in [BNNMK_AVX512.rawValue, bnnmk_free_levels(.max)] {
            let names = names(within: mask)
            XCTAssertTrue(names[0].hasPrefix("binary_conv2d_x86_avx512"), names[0])
            XCTAssertEqual(names[1], "conv2d_f32_x86_avx512")
        }
    }

    /// AMX needs permission, and comes on top of AVX-512.
    func testAMXIsNotFree() throws {
        XCTAssertEqual(bnnmk_free_levels(.max), ~BNNMK_AMX.rawValue)
        XCTAssertEqual(bnnmk_ask_for_levels(bnnmk_free_levels(.max)), 0)
        try XCTSkipIf(bnnmk_available_levels() & BNNMK_AMX.rawValue == 0, "this CPU has no AMX")
        for mask in [BNNMK_AMX.rawValue, UInt32.max] {
            XCTAssertEqual(names(within: mask), ["binary_conv2d_x86_amx", "conv2d_f32_x86_avx512"])
        }
    }
}
