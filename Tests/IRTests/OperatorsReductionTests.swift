import Testing

@testable import BNNMIR

@Suite struct OperatorsReductionTests {
    private let x = floats([2, 3], [1, -2, 3, 4, 5, -6])

    @Test func axesMayBeAbsentNegativeOrEmpty() throws {
        #expect(try results(ReduceSum(), [x])[0] == floats([1, 1], [5]))
        #expect(try results(ReduceSum(keepsDimensions: false), [x, int64s(-1)])[0] == floats([2], [2, 3]))
        let none = Tensor([0], [Int64]())
        #expect(try results(ReduceSum(), [x, none])[0].shape == [1, 1])
        #expect(try results(ReduceSum(emptyAxesReduceNothing: true), [x, none])[0] == x)
        #expect(complaint(ReduceL1(emptyAxesReduceNothing: true), [x]) != nil)
        #expect(complaint(ReduceSum(), [x, int64s(2)]) == "an axis is 2; valid are -2 to 1")
        #expect(complaint(ReduceSum(), [x, int64s(1, -1)]) == "axes [1, -1] name an axis twice")
    }

    @Test func sumsAreRoundedOnce() throws {
        let x = floats([4], [16_777_216, 1, 1, 1])
        #expect(try results(ReduceSum(keepsDimensions: false), [x])[0].floats == [16_777_220])
    }

    @Test func emptyGroupsGiveTheNeutralElement() throws {
        let empty = floats([2, 0], []), axis = int64s(1)
        #expect(try results(ReduceSum(keepsDimensions: false), [empty, axis])[0].floats == [0, 0])
        #expect(try results(ReduceProd(keepsDimensions: false), [empty, axis])[0].floats == [1, 1])
        #expect(try results(ReduceMax(keepsDimensions: false), [empty, axis])[0].floats == [-.infinity, -.infinity])
        let integers = Tensor([0], [Int64](), .int32)
        #expect(try results(ReduceMin(keepsDimensions: false), [integers])[0].integers == [Int64(Int32.max)])
        #expect(complaint(ReduceMean(), [integers]) == "the mean of no integers is not defined")
    }

    @Test func argMaxTakesTheFirstOrTheLastOfEqualElements() throws {
        let x = floats([1, 4], [1, 3, 3, 2])
        #expect(try results(ArgMax(axis: 1, keepsDimensions: false), [x])[0].integers == [1])
        #expect(try results(ArgMax(axis: -1, selectLastIndex: true), [x])[0] == Tensor([1, 1], [2] as [Int64]))
        #expect(try results(ArgMin(axis: 1), [x])[0].integers == [0])
        let nan = floats([1, 4], [1, .nan, .nan, 2])
        for op in [ArgMax(axis: 1), ArgMin(axis: 1)] as [any Operator] {
            #expect(try results(op, [nan])[0].integers == [1])
        }
        #expect(try results(ArgMax(axis: 1, selectLastIndex: true), [nan])[0].integers == [2])
    }

    @Test func softmaxOfOldOpsetsCoversTheTrailingAxes() throws {
        let x = floats([1, 2, 2], [0, 0, 0, 0])
        #expect(try results(Softmax(axis: 1), [x])[0].floats == [0.5, 0.5, 0.5, 0.5])
        #expect(try results(Softmax(axis: 1, coversTrailingAxes: true), [x])[0].floats == [0.25, 0.25, 0.25, 0.25])
        #expect(try results(Softmax(), [floats([2], [1000, 1000])])[0].floats == [0.5, 0.5])
    }

    @Test func layerNormalizationBroadcastsItsParameters() throws {
        let x = floats([1, 2], [1, 3])
        let y = try results(LayerNormalization(epsilon: 0), [x, floats([2], [2, 2]), floats([2], [1, 1])])[0]
        #expect(y.floats == [-1, 3])
        #expect(
            complaint(LayerNormalization(), [x, floats([3], [1, 1, 1])])
                == "Scale float32[3] cannot be broadcast to X float32[1,2]")
    }

    @Test func matrixProductsFollowNumPy() throws {
        let a = floats([2, 2], [1, 2, 3, 4]), v = floats([2], [1, 10])
        #expect(try results(MatMul(), [a, v])[0] == floats([2], [21, 43]))
        #expect(try results(MatMul(), [v, a])[0] == floats([2], [31, 42]))
        #expect(try results(MatMul(), [v, v])[0] == floats([], [101]))
        #expect(
            try results(MatMul(), [floats([2, 1, 1], [2, 3]), floats([1, 1], [5])])[0] == floats([2, 1, 1], [10, 15]))
        #expect(try results(Gemm(alpha: 0.5, transB: true), [a, a, v])[0].floats == [3.5, 15.5, 6.5, 22.5])
        #expect(complaint(MatMul(), [a, floats([], [1])]) != nil)
        #expect(
            complaint(Gemm(alpha: 0.5), [Tensor([1, 1], [1] as [Int64]), Tensor([1, 1], [1] as [Int64])])
                == "alpha is 0.5 and beta 1.0; for int64 both must be 1")
    }

    @Test func weightsBehindMatricesNeedNotBeKnown() {
        #expect(MatMul().keepsSamplesApart([unknown([2, 8]), unknown([8, 4])]))
        #expect(MatMul().keepsSamplesApart([unknown([2, 3, 8]), unknown([2, 8, 3])]))
        #expect(!MatMul().keepsSamplesApart([unknown([2, 3, 8]), unknown([4, 2, 8, 3])]))
        #expect(Gemm().keepsSamplesApart([unknown([2, 8]), unknown([8, 4]), unknown([4])]))
        #expect(!Gemm(transA: true).keepsSamplesApart([unknown([8, 2]), unknown([8, 4])]))
    }
}
