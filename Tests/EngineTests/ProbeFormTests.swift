import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Probes whose decisions stand in another order than the ONNX value's elements, or whose zeros are where two tensors of
/// decisions differ; and the operator that says where they do.
final class ProbeFormTests: EngineTestCase {
    /// What probes of `model` show when it is run on one input.
    private func decisions(_ model: ModelDescription, _ inputs: [[Float]]) throws -> [Int: [Int8]] {
        nonisolated(unsafe) var seen: [Int: [Int8]] = [:]
        let session = try BNNMSession(try model.open()) { probe, _, decisions in seen[probe] = decisions }
        _ = try session.run(inputs)
        return seen
    }

    func testAnOrderIsWalkedAsItsLoopsSay() throws {
        // [B,T,h·d] as [B,h,T,d], whose last axis is no whole word; axes reversed; and memory order in loops.
        let (t, h, d) = (5, 3, 27)
        var random = SeededRandom(seed: 4)
        let x = random.signs(t * h * d)
        let model = ModelDescription()
        let bits = model.sign(model.input([1, t, h * d]), [1, t, h * d])
        model.output(model.unpack(bits, [1, t, h * d]))
        model.probe(bits, [1, h, t, d], order: [(h, d), (t, h * d), (d, 1)])
        model.probe(bits, [d, h, t], zeroOne: true, order: [(d, 1), (h, d), (t, h * d)])
        model.probe(bits, [t * h * d], order: [(t * h * d, 1)])
        let seen = try decisions(model, [x])
        let heads = (0..<h).flatMap { i in (0..<t).flatMap { j in (0..<d).map { k in x[j * h * d + i * d + k] } } }
        XCTAssertEqual(seen[0], heads.map { Int8($0) })
        let reversed = (0..<d).flatMap { k in (0..<h).flatMap { i in (0..<t).map { j in x[j * h * d + i * d + k] } } }
        XCTAssertEqual(seen[1], reversed.map { $0 > 0 ? 1 : 0 })
        XCTAssertEqual(seen[2], x.map { Int8($0) })
    }

    func testAValueIsZeroWhereTheMaskDiffers() throws {
        for channels in [1, 63, 64, 65, 130] {
            let dims = [1, 2, channels]
            var random = SeededRandom(seed: UInt64(channels))
            let a = random.signs(2 * channels), b = random.signs(2 * channels)
            let model = ModelDescription()
            let (first, second) = (model.sign(model.input(dims), dims), model.sign(model.input(dims, name: "b"), dims))
            let difference = model.op(BNNMF_OP_BIT_DIFFERENCE, [first, second], BNNMF_BITS, dims)
            model.output(model.unpack(difference, dims))
            model.probe(first, dims, mask: second, maskDiffers: true)
            let channelsFirst = [(extent: channels, stride: 1), (extent: 2, stride: channels)]
            model.probe(difference, [channels, 2], order: channelsFirst.filter { $0.extent > 1 })
            nonisolated(unsafe) var seen: [Int: [Int8]] = [:]
            let session = try BNNMSession(try model.open()) { probe, _, decisions in seen[probe] = decisions }
            let y = try session.run([a, b])[0]
            XCTAssertEqual(y, zip(a, b).map { $0 == $1 ? -1 : 1 }, "\(channels)")
            XCTAssertEqual(seen[0], zip(a, b).map { $0 == $1 ? Int8($0) : 0 }, "\(channels)")
            XCTAssertEqual(seen[1], (0..<channels).flatMap { c in [y[c], y[channels + c]].map { Int8($0) } })
        }
    }

    func testADifferenceIsOfBitsOfOneShape() {
        for (other, type) in [([1, 4], BNNMF_BITS), ([1, 3], BNNMF_FLOAT32)] {
            let model = ModelDescription()
            let x = model.sign(model.input([1, 3]), [1, 3])
            let y =
                type == BNNMF_BITS ? model.sign(model.input(other, name: "b"), other) : model.input(other, name: "b")
            model.output(model.unpack(model.op(BNNMF_OP_BIT_DIFFERENCE, [x, y], BNNMF_BITS, [1, 3]), [1, 3]))
            XCTAssertThrowsError(try model.open()) {
                XCTAssertTrue("\($0)".contains(type == BNNMF_BITS ? "equal dimensions" : "must be bits"), "\($0)")
            }
        }
    }
}
