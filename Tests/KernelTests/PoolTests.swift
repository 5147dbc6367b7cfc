// Pooling at every level: maxima and bits exactly, averages within their two roundings.

import BNNMKernels
import TestSupport
import XCTest

final class PoolTests: XCTestCase {
    /// A window as a pool may have it: every one has at least one tap on the input. With `ceil_mode` it may hang over.
    private func poolGeometry(using random: inout SeededRandom) -> WindowGeometry {
        while true {
            var g = WindowGeometry.random(using: &random)
            if Bool.random(using: &random) { g.extraHeight = 1 }
            if Bool.random(using: &random) { g.extraWidth = 1 }
            let windows = (0..<g.outHeight).flatMap { y in (0..<g.outWidth).map { g.taps(y, $0) } }
            if windows.allSatisfy({ $0.contains { $0 != nil } }) { return g }
        }
    }

    private func arguments(_ g: WindowGeometry, _ channels: Int) -> bnnmk_pool {
        var pool = bnnmk_pool()
        pool.window = g.window
        pool.channels = UInt32(channels)
        pool.pad_bottom = UInt32(g.padBottom)
        pool.pad_right = UInt32(g.padRight)
        return pool
    }

    /// Runs one pool in every split at every level.
    private func check<Element: Equatable>(
        _ kernel: (bnnmk_table) -> bnnmk_kernel?,
        _ pool: bnnmk_pool, _ input: [Element], count: Int, guardValue: Element, _ message: String,
        isRight: ([Element]) -> Bool
    ) {
        let x = InputMemory(input)
        var pool = pool
        pool.input = UnsafeRawPointer(x.pointer)
        for level in KernelLevel.available {
            for split in splits(of: Int(pool.window.out_h)) {
                let output = OutputMemory<Element>(count: count, initial: guardValue, guardValue: guardValue)
                pool.output = UnsafeMutableRawPointer(output.pointer)
                for rows in split {
                    kernel(level.table)!(&pool, UInt32(rows.lowerBound), UInt32(rows.upperBound))
                }
                XCTAssertTrue(isRight(output.elements) && output.guardsAreIntact, "\(level.name), \(split): \(message)")
            }
        }
        withExtendedLifetime(x) {}
    }

    private func pooled<Element, Result>(
        _ g: WindowGeometry, _ channels: Int, _ input: [Element], _ reduce: ([Element]) -> Result
    ) -> [Result] {
        var results: [Result] = []
        for y in 0..<g.outHeight {
            for x in 0..<g.outWidth {
                let pixels = g.taps(y, x).compactMap { $0 }
                for c in 0..<channels {
                    results.append(reduce(pixels.map { input[$0 * channels + c] }))
                }
            }
        }
        return results
    }

    func testMaximumOfFloatsAndIntegers() {
        for seed in 3000..<(3000 + UInt64(120)) {
            var random = SeededRandom(seed: seed)
            let g = poolGeometry(using: &random)
            let channels = random.pick([1, 3, 8, 17])
            let message = "seed \(seed): \(g) channels \(channels)"
            let count = g.outHeight * g.outWidth * channels
            var floats = random.floats(g.inHeight * g.inWidth * channels)
            floats[0] = -.infinity
            let maxima = pooled(g, channels, floats) { $0.max()! }
            check({ $0.max_pool_f32 }, arguments(g, channels), floats, count: count, guardValue: 99, message) {
                $0 == maxima
            }
            var integers = floats.map { $0.isFinite ? Int32($0 * 1e6) : Int32.min }
            integers[integers.count - 1] = Int32.max
            let largest = pooled(g, channels, integers) { $0.max()! }
            check({ $0.max_pool_i32 }, arguments(g, channels), integers, count: count, guardValue: 99, message) {
                $0 == largest
            }
        }
    }

    func testMaximumWithNaNIsNaN() {
        for position in 0..<3 {
            var input: [Float] = [1, -2, 3]
            input[position] = .nan
            let g = WindowGeometry(inWidth: 3, kernelWidth: 3)
            check({ $0.max_pool_f32 }, arguments(g, 1), input, count: 1, guardValue: 99, "NaN at \(position)") {
                $0[0].isNaN
            }
        }
    }

    func testAverages() {
        for seed in 4000..<(4000 + UInt64(160)) {
            var random = SeededRandom(seed: seed)
            let g = poolGeometry(using: &random)
            let channels = random.pick([1, 3, 16, 17, 40])
            let input = random.floats(g.inHeight * g.inWidth * channels)
            let sums = pooled(g, channels, input) { terms in
                (sum: terms.reduce(0) { $0 + Double($1) }, size: terms.reduce(0) { $0 + abs(Double($1)) })
            }
            for includesPadding in [false, true] {
                var pool = arguments(g, channels)
                pool.count_include_pad = includesPadding ? 1 : 0
                let message = "seed \(seed): \(g) channels \(channels), counts padding \(includesPadding)"
                check({ $0.average_pool_f32 }, pool, input, count: sums.count, guardValue: 99, message) { output in
                    output.indices.allSatisfy { i in
                        let pixel = i / channels
                        let divisor = divisor(g, pixel / g.outWidth, pixel % g.outWidth, includesPadding)
                        // float64 sum, float64 division, then one rounding to float32.
                        let bound = (0x1p-24 + 0x1p-40) * sums[i].size / divisor
                        return abs(Double(output[i]) - sums[i].sum / divisor) <= bound
                    }
                }
            }
        }
    }

    private func divisor(_ g: WindowGeometry, _ y: Int, _ x: Int, _ includesPadding: Bool) -> Double {
        var count = 0
        for row in 0..<g.kernelHeight {
            for column in 0..<g.kernelWidth {
                let p = g.position(y, x, row, column)
                let isInside = p.y < g.inHeight + g.padBottom && p.x < g.inWidth + g.padRight
                if includesPadding ? isInside : g.isOnInput(p) { count += 1 }
            }
        }
        return Double(count)
    }

    func testBitsByChannel() {
        for seed in 5000..<(5000 + UInt64(160)) {
            var random = SeededRandom(seed: seed)
            let g = poolGeometry(using: &random)
            let channels = random.pick([1, 7, 63, 64, 65, 128, 129])
            let input = random.pick(SignPattern.allCases).values(g.inHeight * g.inWidth * channels, using: &random)
            // -1 marks OR, the minimum; +1 marks AND, the maximum.
            let directions = random.pick(SignPattern.allCases).values(channels, using: &random)
            let directionWords = InputMemory(pack(directions, channels: channels))
            var pool = arguments(g, channels)
            pool.or_channels = directionWords.pointer
            let minima = pooled(g, channels, input) { $0.min()! }
            let maxima = pooled(g, channels, input) { $0.max()! }
            let expected = pack(
                minima.indices.map { directions[$0 % channels] < 0 ? minima[$0] : maxima[$0] }, channels: channels)
            check(
                { $0.bit_pool }, pool, pack(input, channels: channels), count: expected.count,
                guardValue: 0xF00D, "seed \(seed): \(g) channels \(channels)"
            ) { $0 == expected }
            withExtendedLifetime(directionWords) {}
        }
    }
}
