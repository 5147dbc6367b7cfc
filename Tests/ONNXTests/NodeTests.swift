// Runs the operator tests that ONNX publishes (`Tests/fetch-onnx-node-tests.sh`) through importer and interpreter.

import BNNMIR
import Foundation
import TestSupport
import Testing

@testable import BNNMONNX

@Suite struct NodeTests {
    /// Cases that passed when this number was last raised; fewer is a regression.
    static let passFloor = 714

    static let folder = ProcessInfo.processInfo.environment["BNNM_ONNX_NODE_TESTS"]
    /// Whether to print each case before it runs, to find one that crashes.
    static let isVerbose = ProcessInfo.processInfo.environment["BNNM_ONNX_NODE_TESTS_VERBOSE"] != nil

    @Test(.enabled(if: NodeTests.folder != nil, "BNNM_ONNX_NODE_TESTS names no folder"))
    func everyImportedCaseGivesTheRecordedOutput() throws {
        let folder = URL(fileURLWithPath: try #require(NodeTests.folder))
        let cases = try NodeTestCase.all(in: folder)
        try #require(!cases.isEmpty)
        let supported = Set(OperatorDecoder.all.map(\.opType))
        var passed = 0, refused = 0, failed = 0
        for testCase in cases {
            if let reason = testCase.exclusion {
                print("excluded \(testCase.name): \(reason)")
                continue
            }
            if NodeTests.isVerbose { print("case \(testCase.name)") }
            switch testCase.run(execute: { try Interpreter($0).run($1) }) {
            case .passed: passed += 1
            case .failed(let reason):
                failed += 1
                print("failed   \(testCase.name): \(reason)")
            case .refused(let reason):
                refused += 1
                // Of operators that have a decoder, what is refused is worth reading.
                let operators = testCase.operators
                guard !operators.isEmpty, operators.allSatisfy(supported.contains) else { continue }
                print("refused  \(testCase.name): \(reason.replacingOccurrences(of: "\n", with: " "))")
            }
        }
        print("ONNX node tests: \(passed) passed, \(refused) refused, \(failed) failed, of \(cases.count)")
        #expect(failed == 0)
        #expect(passed >= NodeTests.passFloor)
    }
}
