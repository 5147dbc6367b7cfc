import Testing

@testable import BNNMIR

@Suite struct OperatorsShapeTests {
    private let x = floats([2, 3], [0, 1, 2, 3, 4, 5])

    @Test func reshapeCopiesAndInfersDimensions() throws {
        #expect(try results(Reshape(), [x, int64s(0, -1, 1)])[0].shape == [2, 3, 1])
        #expect(try results(Reshape(allowZero: true), [floats([0, 3], []), int64s(3, 0)])[0].shape == [3, 0])
        #expect(try results(Reshape(), [floats([1], [7]), Tensor([0], [Int64]())])[0].shape == [])
    }

    @Test(
        arguments: [
            [4], [-1, -1], [-2, 3], [2, 3, 0], [.max, .max], [-1, 4], [.max, 0, .max, -1],
        ] as [[Int64]])
    func reshapeRefusesOtherShapes(_ shape: [Int64]) {
        #expect(complaint(Reshape(), [x, Tensor([shape.count], shape)]) != nil)
    }

    @Test func flattenTakesAnyAxis() throws {
        let x = floats([1, 2, 3], [0, 1, 2, 3, 4, 5])
        #expect(
            try (-3...3).map { try results(Flatten(axis: $0), [x])[0].shape } == [
                [1, 6], [1, 6], [2, 3], [1, 6], [1, 6], [2, 3], [6, 1],
            ])
        #expect(complaint(Flatten(axis: 4), [x]) == "axis is 4; valid are -3 to 3")
    }

    @Test func transposeMovesAxes() throws {
        #expect(try results(Transpose(), [x])[0].floats == [0, 3, 1, 4, 2, 5])
        #expect(Transpose(permutation: [0, 1]).isIdentity(rank: 2))
        #expect(!Transpose().isIdentity(rank: 2))
        #expect(complaint(Transpose(permutation: [0, 0]), [x]) == "perm [0, 0] must name each of the axes 0 to 1 once")
    }

    @Test func sliceClampsAndWalksBackwards() throws {
        #expect(
            try results(Slice(), [x, int64s(-1), int64s(.min), int64s(1), int64s(-1)])[0].floats == [2, 1, 0, 5, 4, 3])
        #expect(try results(Slice(), [x, int64s(1), int64s(.max), int64s(-1), int64s(.max)])[0].floats == [1, 4])
        #expect(try results(Slice(), [x, int64s(2), int64s(0), int64s(1), int64s(.min)])[0].floats == [2, 5])
        #expect(try results(Slice(), [x, int64s(5), int64s(9), int64s(1)])[0].shape == [2, 0])
        #expect(
            complaint(Slice(), [x, int64s(0), int64s(1), int64s(0), int64s(0)])
                == "steps [0] contain 0; a step must not be 0")
        #expect(
            complaint(Slice(), [x, int64s(0, 0), int64s(1, 1), int64s(1, -1)]) == "axes [1, -1] name an axis twice")
    }

    @Test func gatherCountsNegativeIndicesFromTheEnd() throws {
        #expect(try results(Gather(axis: 1), [x, scalar(-1)])[0] == floats([2], [2, 5]))
        #expect(
            try results(Gather(), [x, Tensor([1, 2], [1, 0] as [Int64])])[0] == floats([1, 2, 3], [3, 4, 5, 0, 1, 2]))
        #expect(complaint(Gather(), [x, int64s(2)]) == "index 2 is outside the axis; valid are -2 to 1")
    }

    @Test func padHasFourModes() throws {
        let x = floats([3], [1, 2, 3]), pads = int64s(2, 1)
        #expect(try results(Pad(), [x, pads, floats([], [9])])[0].floats == [9, 9, 1, 2, 3, 9])
        #expect(try results(Pad(), [x, int64s(-1, 1)])[0].floats == [2, 3, 0])
        #expect(try results(Pad(mode: .edge), [x, pads])[0].floats == [1, 1, 1, 2, 3, 3])
        #expect(try results(Pad(mode: .reflect), [x, pads])[0].floats == [3, 2, 1, 2, 3, 2])
        #expect(try results(Pad(mode: .wrap), [x, pads])[0].floats == [2, 3, 1, 2, 3, 1])
        #expect(
            complaint(Pad(mode: .reflect), [x, int64s(3, 0)])
                == "a pad is 3; valid along an axis of 3 in mode reflect are 0 to 2")
        #expect(complaint(Pad(), [x, int64s(-2, -2)]) != nil)
        #expect(try results(Pad(), [self.x, int64s(1, 0), nil, int64s(-1)])[0].floats == [0, 0, 1, 2, 0, 3, 4, 5])
    }

    @Test func splitCutsAsGivenOrEqually() throws {
        let x = floats([5], [0, 1, 2, 3, 4])
        #expect(try results(Split(axis: 0, partCount: 2), [x, int64s(1, 4)]).map(\.shape) == [[1], [4]])
        #expect(
            try results(Split(axis: 0, partCount: 2, allowsShorterLast: true), [x]).map(\.floats) == [
                [0, 1, 2], [3, 4],
            ])
        #expect(complaint(Split(axis: 0, partCount: 2), [x]) == "an axis of 5 cannot be split into 2 equal parts")
        #expect(complaint(Split(axis: 0, partCount: 2), [x, int64s(.max, 1)]) != nil)
    }

    @Test func concatJoinsAlongAnyAxis() throws {
        let y = floats([2, 1], [8, 9])
        #expect(try results(Concat(axis: -1), [x, y])[0] == floats([2, 4], [0, 1, 2, 8, 3, 4, 5, 9]))
        #expect(
            complaint(Concat(axis: 0), [x, y])
                == "inputs_1 float32[2,1] and inputs_0 float32[2,3] may differ only along axis 0")
    }

    @Test func pixelShufflesDifferInTheOrderOfChannels() throws {
        let x = floats([1, 8, 1, 1], [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(try results(DepthToSpace(blockSize: 2, mode: .crd), [x])[0].floats == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(try results(DepthToSpace(blockSize: 2), [x])[0].floats == [0, 2, 4, 6, 1, 3, 5, 7])
        let back = try results(SpaceToDepth(blockSize: 2), [results(DepthToSpace(blockSize: 2), [x])[0]])
        #expect(back[0].floats == x.floats)
    }

    @Test func shapesAndSizesThatOverflowAreRefused() {
        let one = floats([1], [1])
        #expect(complaint(Expand(), [one, int64s(.max, .max)]) != nil)
        #expect(complaint(Tile(), [one, int64s(.max)]) != nil)
        #expect(complaint(ConstantOfShape(), [int64s(1 << 40, 1 << 40)]) != nil)
        #expect(complaint(ConstantOfShape(), [int64s(-1)]) != nil)
        #expect(complaint(Unsqueeze(), [one, int64s(.max)]) != nil)
        #expect(complaint(NumberRange(), [scalar(.min), scalar(.max), scalar(1)]) != nil)
        #expect(complaint(NumberRange(), [floats([], [0]), floats([], [.infinity]), floats([], [1])]) != nil)
        #expect(complaint(Pad(), [one, int64s(.max, .max)]) != nil)
    }

    @Test func shapeFollowsFromTypesAlone() throws {
        #expect(Shape(start: 1).evaluateFromTypes([unknown([4, 5, 6])])?[0].integers == [5, 6])
        #expect(Shape(start: -9, end: -1).evaluateFromTypes([unknown([4, 5, 6])])?[0].integers == [4, 5])
        #expect(Shape(start: 2, end: 1).evaluateFromTypes([unknown([4, 5, 6])])?[0].integers == [])
        #expect(Size().evaluateFromTypes([unknown([4, 5, 6])])?[0].integers == [120])
    }

    @Test func shapeOperandsMustBeKnown() {
        #expect(throws: OperatorError.self) { try Reshape().inferTypes([unknown([2]), unknown([1], .int64)]) }
    }

    @Test func samplesMixWhereAxisZeroIsTouched() {
        let batch = unknown([2, 3, 4])
        func list(_ values: Int64...) -> Operand { Operand(Tensor([values.count], values)) }
        #expect(
            Reshape().keepsSamplesApart([batch, list(0, -1)]) && !Reshape().keepsSamplesApart([batch, list(-1, 4)]))
        #expect(Flatten().keepsSamplesApart([batch]) && !Flatten(axis: 0).keepsSamplesApart([batch]))
        #expect(
            Transpose(permutation: [0, 2, 1]).keepsSamplesApart([batch]) && !Transpose().keepsSamplesApart([batch]))
        #expect(
            Concat(axis: -2).keepsSamplesApart([batch, batch]) && !Concat(axis: -3).keepsSamplesApart([batch, batch]))
        #expect(Slice().keepsSamplesApart([batch, list(1), list(3), list(1)]))
        #expect(!Slice().keepsSamplesApart([batch, list(-1), list(-9), list(0), list(-1)]))
        #expect(
            Gather(axis: 1).keepsSamplesApart([batch, list(0)]) && !Gather().keepsSamplesApart([batch, list(0, 1)]))
        #expect(
            Pad().keepsSamplesApart([batch, list(0, 1, 1, 0, 1, 1)])
                && !Pad().keepsSamplesApart([batch, list(1, 0, 0, 0, 0, 0)]))
        #expect(Softmax().keepsSamplesApart([batch]) && !Softmax(axis: 0).keepsSamplesApart([batch]))
        #expect(ReduceMean().keepsSamplesApart([batch, list(1, -1)]) && !ReduceMean().keepsSamplesApart([batch]))
        #expect(Tile().keepsSamplesApart([batch, list(1, 2, 2)]) && !Tile().keepsSamplesApart([batch, list(2, 1, 1)]))
    }
}
