import BNNMFormat
import XCTest

/// What makes steps of version 1.6 invalid: quotients by constants, softmax and standardization of rows.
final class RowStepVerificationTests: VerificationTestCase {
    private static let conv = 14, masked = 15, thresholds = 19, softmax = 32, standardize = 33
    private static let rowSteps: [bnnmf_step] = [
        .of(BNNMF_STEP_SOFTMAX), .of(BNNMF_STEP_STANDARDIZE), .of(BNNMF_STEP_STANDARDIZE, epsilon: 1e-5),
    ]

    /// Replaces the steps of the map that begins with the given operator.
    private func expectMap(
        _ index: Int, _ status: bnnmf_status, _ message: String? = nil, line: UInt = #line,
        _ steps: (DescribedModel) -> [bnnmf_step]
    ) throws {
        try expect(status, message, line: line) { $0.ops[index].parameters.map.epilogue.setSteps(steps($0)) }
    }

    private func vector(_ model: DescribedModel) -> UInt32 { model.blob([Float](repeating: 2, count: 9)) }

    func testQuotientsHaveOneConstantAndNothingElse() throws {
        try expectMap(Self.softmax, BNNMF_OK) { [.of(BNNMF_STEP_QUOTIENT, a: self.vector($0))] }
        try expectMap(
            Self.softmax, BNNMF_CORRUPT, "operator 32 ('op32', MAP): has no a of a step; it needs a blob"
        ) { _ in [.of(BNNMF_STEP_QUOTIENT)] }
        try expectMap(Self.softmax, BNNMF_CORRUPT) {
            let vector = self.vector($0)
            return [.of(BNNMF_STEP_QUOTIENT, a: vector, b: vector)]
        }
        // Blob 1 has another size, blob 1000 does not exist.
        for blob in [1, 1000] as [UInt32] {
            try expectMap(Self.softmax, BNNMF_CORRUPT) { _ in [.of(BNNMF_STEP_QUOTIENT, a: blob)] }
        }
        for change in [
            { $0.operand = 1 }, { $0.function = 1 }, { $0.minimum = 0 }, { $0.maximum = 0 }, { $0.epsilon = 1 },
        ] as [(inout bnnmf_step) -> Void] {
            try expectMap(Self.softmax, BNNMF_CORRUPT) {
                var step = bnnmf_step.of(BNNMF_STEP_QUOTIENT, a: self.vector($0))
                change(&step)
                return [step]
            }
        }
        // It is a step like any other.
        try expect(BNNMF_OK) {
            let steps = [bnnmf_step](repeating: .of(BNNMF_STEP_QUOTIENT, a: self.vector($0)), count: 8)
            $0.ops[Self.softmax].parameters.map.epilogue.setSteps(steps)
        }
        try expect(BNNMF_OK) { model in
            let step = bnnmf_step.of(BNNMF_STEP_QUOTIENT, a: self.vector(model))
            withUnsafeMutableBytes(of: &model.ops[Self.conv].parameters.conv2d.epilogue.steps) {
                $0.bindMemory(to: bnnmf_step.self)[0] = step
            }
        }
    }

    func testStepsOfRowsHaveNoConstants() throws {
        for step in Self.rowSteps {
            try expectMap(Self.softmax, BNNMF_OK) { _ in [step] }
            for change in [
                { $0.a = 0 }, { $0.b = 0 }, { $0.operand = 1 }, { $0.function = 1 }, { $0.minimum = 0 },
                { $0.maximum = .nan },
            ] as [(inout bnnmf_step) -> Void] {
                var changed = step
                change(&changed)
                try expectMap(Self.softmax, BNNMF_CORRUPT) { _ in [changed] }
            }
        }
    }

    func testEpsilon() throws {
        for epsilon in [0, 1e-5, .leastNonzeroMagnitude, 17.5, .infinity] as [Float] {
            try expectMap(Self.standardize, BNNMF_OK) { _ in [.of(BNNMF_STEP_STANDARDIZE, epsilon: epsilon)] }
        }
        try expectMap(
            Self.standardize, BNNMF_CORRUPT,
            "operator 33 ('op33', MAP): step 0 has the epsilon -0.5; valid are 0 and, to standardize, more"
        ) { _ in [.of(BNNMF_STEP_STANDARDIZE, epsilon: -0.5)] }
        for epsilon in [-.leastNonzeroMagnitude, -.infinity, .nan] as [Float] {
            try expectMap(Self.standardize, BNNMF_CORRUPT) { _ in [.of(BNNMF_STEP_STANDARDIZE, epsilon: epsilon)] }
        }
        for epsilon in [1e-5, -1, .infinity, .nan] as [Float] {
            try expectMap(Self.softmax, BNNMF_CORRUPT) { _ in [.of(BNNMF_STEP_SOFTMAX, epsilon: epsilon)] }
            try expectMap(Self.softmax, BNNMF_CORRUPT) { _ in [.of(BNNMF_STEP_CLAMP, -1, 1, epsilon: epsilon)] }
            for index in 0..<8 {
                try expect(BNNMF_CORRUPT) { model in
                    withUnsafeMutableBytes(of: &model.ops[Self.conv].parameters.conv2d.epilogue.steps) {
                        $0.bindMemory(to: bnnmf_step.self)[index].epsilon = epsilon
                    }
                }
            }
            try expect(BNNMF_CORRUPT) {
                $0.ops[Self.thresholds].parameters.accumulator_thresholds.steps.0.epsilon = epsilon
            }
        }
    }

    func testAMapTakesRowsInOneStep() throws {
        for first in Self.rowSteps {
            for second in Self.rowSteps {
                try expectMap(
                    Self.softmax, BNNMF_CORRUPT,
                    "operator 32 ('op32', MAP): step 2 takes a whole row; valid is one such step, in a MAP"
                ) { _ in [first, .of(BNNMF_STEP_CLAMP, -1, 1), second] }
            }
            let clamps = [bnnmf_step](repeating: .of(BNNMF_STEP_CLAMP, -1, 1), count: 7)
            for place in 0...7 {
                try expectMap(Self.softmax, BNNMF_OK) { _ in clamps[..<place] + [first] + clamps[place...] }
            }
        }
    }

    func testOtherOperatorsTakeNoRows() throws {
        for step in Self.rowSteps {
            try expect(
                BNNMF_CORRUPT,
                "operator 14 ('op14', CONV2D): step 2 takes a whole row; valid is one such step, in a MAP"
            ) { $0.ops[Self.conv].parameters.conv2d.epilogue.steps.2 = step }
            try expect(
                BNNMF_CORRUPT,
                "operator 15 ('op15', BINARY_CONV2D): step 1 takes a whole row; valid is one such step, in a MAP"
            ) {
                $0.ops[Self.masked].parameters.binary_conv2d.epilogue.steps.1 = step
                $0.ops[Self.masked].parameters.binary_conv2d.epilogue.step_count = 2
            }
            try expect(
                BNNMF_CORRUPT,
                "operator 19 ('op19', ACCUMULATOR_THRESHOLDS): step 1 takes a whole row; valid is one such step, in a MAP"
            ) { $0.ops[Self.thresholds].parameters.accumulator_thresholds.steps.1 = step }
        }
        try expect(
            BNNMF_CORRUPT, "operator 19 ('op19', ACCUMULATOR_THRESHOLDS): step 1 is of kind 10; valid are 1 to 3"
        ) {
            $0.ops[Self.thresholds].parameters.accumulator_thresholds.steps.1 = .of(
                BNNMF_STEP_QUOTIENT, a: self.vector($0))
        }
    }

    func testRowsHaveALimit() throws {
        for step in Self.rowSteps {
            for (channels, status, message) in [
                (4096, BNNMF_OK, nil),
                (
                    4097, BNNMF_LIMIT,
                    "operator 32 ('op32', MAP): step 1 takes rows of 4097 numbers; at most 4096 are valid"
                ),
            ] as [(UInt32, bnnmf_status, String?)] {
                try expect(status, message) {
                    $0.tensors[Int($0.ops[Self.softmax].output)].dims.3 = channels
                    $0.ops[Self.softmax].parameters.map.epilogue.setSteps([.of(BNNMF_STEP_CLAMP, -1, 1), step])
                }
            }
        }
        // Steps number by number have none.
        try expect(BNNMF_OK) {
            $0.tensors[Int($0.ops[Self.softmax].output)].dims.3 = 4097
            $0.ops[Self.softmax].parameters.map.epilogue.setSteps([.of(BNNMF_STEP_CLAMP, -1, 1)])
        }
    }
}
