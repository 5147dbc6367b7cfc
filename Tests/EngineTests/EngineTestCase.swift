import BNNM
import XCTest

/// Runs models in every way that must not matter: number of threads, instruction sets.
class EngineTestCase: XCTestCase {
    func assertRuns(
        _ description: ModelDescription, _ inputs: [[Float]], executions: Int = 1, give expected: [[Float]],
        _ comment: String = "", line: UInt = #line
    ) throws {
        try assertRuns(
            description, inputs.map { .float32($0) }, executions: executions, give: expected.map { .float32($0) },
            comment,
            line: line)
    }

    func assertRuns(
        _ description: ModelDescription, _ inputs: [BNNMValues], executions: Int = 1, give expected: [BNNMValues],
        _ comment: String = "", line: UInt = #line
    ) throws {
        let model = try description.open()
        for level in InstructionSet.levels where InstructionSet.available.contains(level) {
            for threads in [1, 2] {
                let session = try BNNMSession(model, threads: threads, instructionSets: level)
                for repetition in 0..<2 {
                    let outputs = try session.run(values: inputs, executions: executions)
                    XCTAssertEqual(
                        outputs, expected, "\(comment), \(level.name ?? ""), threads \(threads), run \(repetition)",
                        line: line)
                }
            }
        }
    }

    func assertRefused(
        _ description: ModelDescription, _ part: String, _ status: BNNMError.Status = .corruptModel, line: UInt = #line
    ) {
        do {
            _ = try description.open()
            XCTFail("opened, instead of refusing: \(part)", line: line)
        } catch let error as BNNMError {
            XCTAssertEqual(error.status, status, error.message, line: line)
            XCTAssertTrue(error.message.contains(part), "'\(error.message)' does not contain '\(part)'", line: line)
        } catch let error as ModelDescription.WriteError {
            XCTFail("the writer refused it: \(error.message)", line: line)
        } catch {
            XCTFail("\(error)", line: line)
        }
    }
}
