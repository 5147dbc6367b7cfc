import BNNM
import BNNMFormat
import XCTest

/// The Swift API's shaped values: what fits runs as the plain arrays do; what does not is refused by name and shape.
final class TensorTests: EngineTestCase {
    /// y = a + b, z = a − b.
    private func twoInputs(
        _ dims: [Int] = [1, 3], batch: UInt32 = 0, names: (String, String) = ("a", "b"),
        outputs: (String, String) = ("y", "z")
    ) throws -> BNNMSession {
        let description = ModelDescription()
        description.batch = batch
        let a = description.input(dims, name: names.0)
        let b = description.input(dims, name: names.1)
        description.output(description.elementwise(BNNMF_ADD, a, b, dims), name: outputs.0)
        description.output(description.elementwise(BNNMF_SUBTRACT, a, b, dims), name: outputs.1)
        return try BNNMSession(try description.open())
    }

    private func assertFails<Result>(
        _ status: BNNMError.Status, _ part: String, line: UInt = #line, _ body: () throws(BNNMError) -> Result
    ) {
        do {
            _ = try body()
            XCTFail("succeeded", line: line)
        } catch {
            XCTAssertEqual(error.status, status, error.message, line: line)
            XCTAssertTrue(error.message.contains(part), error.message, line: line)
        }
    }

    func testElementsHaveTheirShape() throws {
        var tensor = try BNNMTensor([0, 1, 2, 3, 4, 5], shape: [2, 3])
        XCTAssertEqual(tensor[1, 0], 3)
        tensor[1, 2] = 7
        XCTAssertEqual(tensor.elements, [0, 1, 2, 3, 4, 7])
        XCTAssertEqual(Array(tensor.sample(1)), [3, 4, 7])
        XCTAssertEqual(try BNNMTensor([5], shape: [])[], 5)
        XCTAssertEqual(try BNNMTensor([], shape: [0, 4]).elements, [])
        XCTAssertEqual(try BNNMTensor(repeating: 2, shape: [1, 2]), try BNNMTensor([2, 2], shape: [1, 2]))
        XCTAssertNotEqual(try BNNMTensor([2, 2], shape: [2]), try BNNMTensor([2, 2], shape: [1, 2]))
        assertFails(.shapeMismatch, "[2, 3] has 6 elements, but 5") { () throws(BNNMError) in
            try BNNMTensor([1, 2, 3, 4, 5], shape: [2, 3])
        }
        for shape in [[-1], [-1, -1], [Int.max, 2], [Int.max], [1 << 40, 1 << 40], [Int.min, 0], [0, -1]] {
            assertFails(.shapeMismatch, "shape \(shape)") { () throws(BNNMError) in
                try BNNMTensor(repeating: 0, shape: shape)
            }
            assertFails(.shapeMismatch, "shape \(shape)") { () throws(BNNMError) in try BNNMTensor([], shape: shape) }
        }
    }

    func testRunsByPositionAndByName() throws {
        let session = try twoInputs()
        let a = try BNNMTensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        let b = try BNNMTensor([1, 1, 1, 2, 2, 2], shape: [2, 3])
        let y = try BNNMTensor([2, 3, 4, 6, 7, 8], shape: [2, 3])
        let z = try BNNMTensor([0, 1, 2, 2, 3, 4], shape: [2, 3])
        XCTAssertEqual(try session.run([a, b]), [y, z])
        XCTAssertEqual(try session.run(["b": b, "a": a]), ["y": y, "z": z])
        XCTAssertEqual(session.model.output(named: "z")?.shapeText, "[n,3]")
        XCTAssertNil(session.model.input(named: "y"))
        assertFails(.invalidArgument, "2 inputs and 2 outputs") { () throws(BNNMError) in try session.run(a) }
    }

    func testWhatDoesNotFitIsNamed() throws {
        let session = try twoInputs()
        let a = try BNNMTensor([1, 2, 3], shape: [1, 3])
        let two = try BNNMTensor(repeating: 0, shape: [2, 3])
        assertFails(.notFound, "no input 'c'; the model's inputs are 'a' [n,3], 'b' [n,3]") { () throws(BNNMError) in
            try session.run(["a": a, "c": a])
        }
        assertFails(.notFound, "input 'b' [n,3] is missing") { () throws(BNNMError) in try session.run(["a": a]) }
        assertFails(.shapeMismatch, "input 1 'b' must have 1 samples") { () throws(BNNMError) in
            try session.run([a, two])
        }
        assertFails(.shapeMismatch, "number of inputs must be 2, not 1") { () throws(BNNMError) in try session.run([a])
        }
        assertFails(.shapeMismatch, "must be 2, not 3") { () throws(BNNMError) in try session.run([a, a, a]) }
        for shape in [[3], [1, 1, 3], [1, 4], [0, 3], []] {
            let other = try BNNMTensor(repeating: 0, shape: shape)
            assertFails(.shapeMismatch, "input 0 'a' must have the shape [n,3], not \(shape)") {
                () throws(BNNMError) in try session.run([other, a])
            }
        }
    }

    func testAFixedBatchTakesItsShapeOnly() throws {
        let session = try twoInputs(batch: 1)
        let a = try BNNMTensor([1, 2, 3], shape: [1, 3])
        let two = try BNNMTensor(repeating: 0, shape: [2, 3])
        XCTAssertEqual(try session.run([a, a])[0].elements, [2, 4, 6])
        XCTAssertEqual(session.model.inputs[0].shape(executions: 5), [1, 3])
        XCTAssertFalse(session.model.inputs[0].isBatchOpen)
        assertFails(.shapeMismatch, "[1,3], not [2, 3]") { () throws(BNNMError) in try session.run([two, two]) }
        for executions in [2, 0, -1, Int.max] {
            assertFails(.shapeMismatch, "executions must be 1: the batch is fixed, not \(executions)") {
                () throws(BNNMError) in try session.run([[1, 2, 3], [1, 2, 3]], executions: executions)
            }
        }
    }

    func testSeveralRowsAnExecution() throws {
        let session = try twoInputs([2, 3])
        let port = session.model.inputs[0]
        XCTAssertEqual(port.shapeText, "[2n,3]")
        XCTAssertEqual(port.leadingExtent, 2)
        XCTAssertEqual(port.shape(executions: 3), [6, 3])
        XCTAssertEqual(port.executions(of: [6, 3]), 3)
        for shape in [[5, 3], [0, 3], [-2, 3]] { XCTAssertNil(port.executions(of: shape)) }
        let six = try BNNMTensor(repeating: 1, shape: [6, 3])
        XCTAssertEqual(try session.run([six, six])[0], try BNNMTensor(repeating: 2, shape: [6, 3]))
    }

    func testNamesThatAreNotUniqueAreNoNames() throws {
        let a = try BNNMTensor([1, 2, 3], shape: [1, 3])
        for session in [
            try twoInputs(names: ("", "")), try twoInputs(names: ("a", "a")), try twoInputs(outputs: ("y", "y")),
        ] {
            assertFails(.invalidArgument, "in the model's order") { () throws(BNNMError) in
                try session.run(["a": a, "b": a])
            }
            XCTAssertEqual(try session.run([a, a])[0].elements, [2, 4, 6])
        }
    }

    func testModelsOpenFromAnyBytes() throws {
        let description = ModelDescription()
        description.output(description.clamp(description.input([1, 2]), [1, 2], 0, 1))
        let bytes = try description.bytes()
        for count in [0, 10] {
            assertFails(.notAModel, "bytes") { () throws(BNNMError) in try BNNMModel(bytes: bytes.prefix(count)) }
        }
        let padded = [9] + bytes
        XCTAssertEqual(try BNNMModel(bytes: padded.dropFirst()).inputs.count, 1)
        XCTAssertEqual(try BNNMModel(bytes: bytes.lazy.map { $0 }).inputs.count, 1)
        assertFails(.invalidArgument, "zero byte") { () throws(BNNMError) in try BNNMModel(path: "a\0b") }
    }

    func testRunsMayTakeNoInputsAtAll() throws {
        let description = ModelDescription()
        description.output(description.tensor(BNNMF_FLOAT32, [1, 2], blob: description.blob([3, 4] as [Float])))
        let outputs = try BNNMSession(try description.open()).run([] as [BNNMTensor])
        XCTAssertEqual(outputs, [try BNNMTensor([3, 4], shape: [1, 2])])
    }
}
