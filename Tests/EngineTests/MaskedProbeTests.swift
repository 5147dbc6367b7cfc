import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Probes with a mask: 0 where the mask's bit is 0, whichever of the two is computed first, and whatever memory is reused
/// between.
final class MaskedProbeTests: EngineTestCase {
    private func check(_ dims: [Int], maskFirst: Bool, constantMask: Bool = false) throws {
        var random = SeededRandom(seed: UInt64(dims.count))
        let x = random.signs(Shape(dims).count), m = random.signs(Shape(dims).count)
        let model = ModelDescription()
        let (values, masks) = (model.input(dims, name: "x"), model.input(dims, name: "m"))
        // Layers between and behind, whose memory must not be that of the bits.
        func spread(_ tensor: UInt32) -> UInt32 {
            let wide = model.op(BNNMF_OP_CONCAT, [tensor, tensor], BNNMF_FLOAT32, dims.dropLast() + [2 * dims.last!]) {
                $0.parameters.concat.axis = UInt32(dims.count - 1)
            }
            return model.clamp(wide, dims.dropLast() + [2 * dims.last!], -9, 9)
        }
        let first = model.sign(maskFirst ? masks : values, dims)
        let between = spread(model.unpack(first, dims))
        let second = model.sign(maskFirst ? values : masks, dims)
        model.output(between)
        model.output(spread(model.unpack(second, dims)), name: "z")
        let (tensor, mask) = maskFirst ? (second, first) : (first, second)
        model.probe(tensor, dims, mask: mask)
        model.probe(tensor, dims)
        nonisolated(unsafe) var seen: [Int: [[Int8]]] = [:]
        let session = try BNNMSession(try model.open()) { probe, _, decisions in
            seen[probe, default: []].append(decisions)
        }
        _ = try session.run([x, m])
        // The mask's bit is 1 where its value is -1.
        XCTAssertEqual(seen[0], [zip(x, m).map { $1 < 0 ? Int8($0) : 0 }], "\(dims), mask first: \(maskFirst)")
        XCTAssertEqual(seen[1], [x.map { Int8($0) }])
    }

    func testWhicheverIsComputedFirst() throws {
        for dims in [[1, 3], [1, 64], [2, 65], [1, 2, 3, 130]] {
            for maskFirst in [true, false] { try check(dims, maskFirst: maskFirst) }
        }
    }

    func testChannelsFirstAndConstantMasks() throws {
        let model = ModelDescription()
        let bits = model.sign(model.input([1, 2, 1, 3]), [1, 2, 1, 3])
        let mask = model.tensor(BNNMF_BITS, [1, 2, 1, 3], blob: model.blob([5, 3] as [UInt64]))
        model.output(model.unpack(bits, [1, 2, 1, 3]))
        model.probe(bits, [1, 3, 2, 1], channelsFirst: true, mask: mask)
        model.probe(mask, [6], mask: mask)
        nonisolated(unsafe) var seen: [Int: [Int8]] = [:]
        let session = try BNNMSession(try model.open()) { probe, _, decisions in seen[probe] = decisions }
        _ = try session.run([[1, 2, -3, -4, 5, 6]])
        XCTAssertEqual(seen, [0: [1, -1, 0, 1, -1, 0], 1: [-1, 0, -1, -1, -1, 0]])
    }

    func testAMaskOfAnotherTypeOrSizeIsRefused() {
        for (dims, type) in [([1, 4], BNNMF_BITS), ([3, 1], BNNMF_BITS), ([1, 3], BNNMF_FLOAT32)] {
            let model = ModelDescription()
            let x = model.input([1, 3])
            model.probe(
                model.sign(x, [1, 3]), [1, 3], mask: type == BNNMF_BITS ? model.sign(model.input(dims), dims) : x)
            model.output(x)
            XCTAssertThrowsError(try model.open()) {
                let message = ($0 as? ModelDescription.WriteError)?.message ?? "\($0)"
                XCTAssertTrue(message.contains("is not bits of the dimensions of"), message)
            }
        }
    }
}
