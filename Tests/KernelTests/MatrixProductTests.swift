// Products of float and of binary matrices at every level.

import BNNMKernels
import TestSupport
import XCTest

final class MatrixProductTests: XCTestCase {
    private func floatProducts(
        _ level: KernelLevel, _ a: [Float], _ b: [Float], m: Int, k: Int, n: Int, _ message: String
    ) -> [Float] {
        let memory = (InputMemory(a), InputMemory(b))
        var results: [[Float]] = []
        for split in splits(of: m) {
            let output = OutputMemory<Float>(count: m * n, initial: 99, guardValue: 5)
            var arguments = bnnmk_matmul(
                a: memory.0.pointer, b: memory.1.pointer, output: output.pointer, m: UInt32(m), k: UInt32(k),
                n: UInt32(n))
            for range in split {
                level.table.matmul(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
            }
            XCTAssertTrue(output.guardsAreIntact, message)
            results.append(output.elements)
        }
        for other in results.dropFirst() {
            XCTAssertEqual(bits(other), bits(results[0]), "\(message): parts differ from the whole")
        }
        withExtendedLifetime(memory) {}
        return results[0]
    }

    func testFloatProducts() {
        for seed in 0..<UInt64(150) {
            var random = SeededRandom(seed: seed)
            let m = random.pick([1, 2, 3, 5, 6, 7, 13, 20]), k = random.pick([1, 2, 3, 8, 31, 64, 100])
            let n = random.pick([1, 2, 7, 8, 9, 15, 16, 17, 33, 64, 65])
            let isWhole = Bool.random(using: &random)
            let a = isWhole ? random.integers(m * k) : random.floats(m * k)
            let b = isWhole ? random.integers(k * n) : random.floats(k * n)
            for level in KernelLevel.available {
                let message = "seed \(seed): \(m)x\(k)x\(n), \(level.name)"
                let found = floatProducts(level, a, b, m: m, k: k, n: n, message)
                for row in 0..<m {
                    for column in 0..<n {
                        let terms = (0..<k).map { Double(a[row * k + $0]) * Double(b[$0 * n + column]) }
                        let bound = terms.reduce(0) { $0 + abs($1) } * Double(2 * k) * Double(Float.ulpOfOne)
                        let error = abs(Double(found[row * n + column]) - terms.reduce(0, +))
                        XCTAssertLessThanOrEqual(error, isWhole ? 0 : bound, message)
                    }
                }
            }
        }
    }

    /// An infinity or a NaN reaches its row and column, and nothing else.
    func testNonFiniteNumbersStayInTheirRowsAndColumns() {
        for level in KernelLevel.available {
            for (m, k, n) in [(7, 5, 9), (1, 3, 20), (13, 1, 8)] {
                var a = [Float](repeating: 1, count: m * k)
                a[(m - 1) * k] = .infinity
                var b = [Float](repeating: 2, count: k * n)
                b[n - 1] = .nan
                let found = floatProducts(level, a, b, m: m, k: k, n: n, level.name)
                for row in 0..<m {
                    for column in 0..<n {
                        let expected = column == n - 1 ? Float.nan : row == m - 1 ? .infinity : Float(2 * k)
                        XCTAssertEqual(bits([found[row * n + column]]), bits([expected]), level.name)
                    }
                }
            }
        }
    }

    // MARK: - Bits

    /// What a sign of -1 or +1 counts as: itself, or 0 and 1.
    private func number(_ sign: Int8, form: UInt32) -> Int { form == 0 ? Int(sign) : sign < 0 ? 0 : 1 }

    private func check(seed: UInt64, m: Int, k: Int, n: Int, _ pattern: SignPattern? = nil) {
        var random = SeededRandom(seed: seed)
        let a = (pattern ?? random.pick(SignPattern.allCases)).values(m * k, using: &random)
        let b = (pattern ?? .random).values(n * k, using: &random)
        let memory = (InputMemory(pack(a, channels: k)), InputMemory(pack(b, channels: k)))
        for (aForm, bForm) in [(0, 0), (0, 1), (1, 0), (1, 1)] as [(UInt32, UInt32)] {
            var expected: [Int32] = []
            for row in 0..<m {
                for column in 0..<n {
                    var sum = 0
                    for i in 0..<k {
                        sum += number(a[row * k + i], form: aForm) * number(b[column * k + i], form: bForm)
                    }
                    expected.append(Int32(sum))
                }
            }
            for level in KernelLevel.available {
                for split in splits(of: m) {
                    let message = "seed \(seed): \(m)x\(k)x\(n), forms \(aForm) \(bForm), \(split), \(level.name)"
                    let integers = OutputMemory<Int32>(count: m * n, initial: 99, guardValue: 5)
                    let floats = OutputMemory<Float>(count: m * n, initial: 99, guardValue: 5)
                    var arguments = bnnmk_binary_matmul(
                        a: memory.0.pointer, b: memory.1.pointer, output: UnsafeMutableRawPointer(integers.pointer),
                        output_type: BNNMK_INT32, m: UInt32(m), k: UInt32(k), n: UInt32(n), a_form: aForm,
                        b_form: bForm)
                    for range in split {
                        level.table.binary_matmul(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                    }
                    arguments.output = UnsafeMutableRawPointer(floats.pointer)
                    arguments.output_type = BNNMK_FLOAT32
                    for range in split {
                        level.table.binary_matmul(&arguments, UInt32(range.lowerBound), UInt32(range.upperBound))
                    }
                    XCTAssertEqual(integers.elements, expected, message)
                    XCTAssertEqual(floats.elements, expected.map { Float($0) }, message)
                    XCTAssertTrue(integers.guardsAreIntact && floats.guardsAreIntact, message)
                }
            }
        }
        withExtendedLifetime(memory) {}
    }

    func testBinaryProductsOfEveryForm() {
        for k in [1, 2, 31, 63, 64, 65, 127, 128, 129, 191, 192, 500] {
            for seed in 0..<UInt64(6) {
                var random = SeededRandom(seed: seed * 1000 + UInt64(k))
                check(
                    seed: seed, m: random.pick([1, 3, 4, 5, 8, 11]), k: k, n: random.pick([1, 7, 8, 9, 16, 17, 30]))
            }
        }
    }

    /// Longer than what is interleaved at a time; all bits different, so that counters overflow where they can.
    func testLongRows() {
        for k in [2047, 2048, 2049, 4100, 70_000] {
            check(seed: 1, m: k > 10_000 ? 2 : 6, k: k, n: k > 10_000 ? 3 : 10)
            check(seed: 2, m: 1, k: k, n: 2, .minus)
        }
    }
}
