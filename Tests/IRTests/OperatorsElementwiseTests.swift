import Testing

@testable import BNNMIR

@Suite struct OperatorsElementwiseTests {
    @Test func float16RoundsAfterEveryOperation() throws {
        // 2048 + 1 is halfway between two halves; the even one is 2048.
        #expect(try results(Add(), [halves([2048]), halves([1])])[0].floats == [2048])
        #expect(try results(Add(), [halves([2050]), halves([1])])[0].floats == [2052])
    }

    @Test func integersWrapToTheirWidth() throws {
        let a = Tensor([2], [127, -128], .int8), b = Tensor([2], [1, -1], .int8)
        #expect(try results(Add(), [a, b])[0].integers == [-128, 127])
        #expect(try results(Div(), [Tensor([1], [-128], .int8), Tensor([1], [-1], .int8)])[0].integers == [-128])
        #expect(try results(Neg(), [Tensor([1], [Int64.min])])[0].integers == [.min])
        #expect(try results(Abs(), [Tensor([1], [Int64.min])])[0].integers == [.min])
    }

    @Test func uint64ComputesUnsigned() throws {
        let huge = Tensor([1], [-1], .uint64), one = Tensor([1], [1], .uint64)
        #expect(try results(Max(), [huge, one])[0] == huge)
        #expect(try results(Greater(), [huge, one])[0].integers == [1])
        #expect(try results(Div(), [huge, Tensor([1], [2], .uint64)])[0].integers == [.max])
        #expect(huge.converted(to: .float32).floats == [0x1p64])
    }

    @Test func integerDivisionTruncatesAndRefusesZero() throws {
        #expect(try results(Div(), [int64s(-7, 7), int64s(2, -2)])[0].integers == [-3, -3])
        #expect(complaint(Div(), [int64s(1), int64s(0)]) == "an integer is divided by zero")
        #expect(complaint(Mod(), [int64s(1), int64s(0)]) == "an integer is divided by zero")
    }

    @Test func modHasTheSignOfTheDivisorOrWithFmodOfTheDividend() throws {
        #expect(try results(Mod(), [int64s(-4, 7, 5, 4), int64s(2, -3, 8, -2)])[0].integers == [0, -2, 5, 0])
        #expect(try results(Mod(fmod: true), [int64s(-4, 7, -5), int64s(3, -3, 8)])[0].integers == [-1, 1, -5])
    }

    @Test func signOfZeroIsZeroAndOfNaNIsNaN() throws {
        let y = try results(Sign(), [floats([4], [-3, 0, -0.0, .nan])])[0].floats
        #expect(y[0] == -1 && y[1] == 0 && y[2] == 0 && y[3].isNaN)
    }

    @Test func roundGoesToEven() throws {
        #expect(try results(Round(), [floats([4], [0.5, 1.5, -2.5, 2.4])])[0].floats == [0, 2, -2, 2])
    }

    @Test func nanPassesReluClipMinAndMax() throws {
        let nan = floats([1], [.nan]), one = floats([1], [1])
        for op in [Relu(), HardSigmoid()] as [any Operator] { #expect(try results(op, [nan])[0].floats[0].isNaN) }
        #expect(try results(Clip(), [nan, floats([], [0]), floats([], [1])])[0].floats[0].isNaN)
        for op in [Min(), Max()] as [any Operator] {
            #expect(try results(op, [nan, one])[0].floats[0].isNaN)
            #expect(try results(op, [one, nan])[0].floats[0].isNaN)
        }
    }

    @Test func clipTakesAbsentLimitsAndTheMaximumWhereTheyCross() throws {
        let x = floats([3], [-2, 0, 2])
        #expect(try results(Clip(), [x, nil, floats([], [1])])[0].floats == [-2, 0, 1])
        #expect(try results(Clip(), [x, floats([], [-1])])[0].floats == [-1, 0, 2])
        #expect(try results(Clip(), [x, floats([], [1]), floats([], [-1])])[0].floats == [-1, -1, -1])
    }

    @Test func comparisonsWithNaNAreFalse() throws {
        let nan = floats([1], [.nan])
        for op in [Less(), LessOrEqual(), Greater(), GreaterOrEqual(), Equal()] as [any Operator] {
            #expect(try results(op, [nan, nan])[0].integers == [0])
        }
    }

    @Test func bipolarQuantGivesPlusAtZero() throws {
        let y = try results(BipolarQuant(), [floats([4], [-1, 0, -0.0, 2]), floats([], [0.5])])[0]
        #expect(y.floats == [-0.5, 0.5, 0.5, 0.5])
    }

    @Test func castTruncatesTowardZeroAndWrapsIntegers() throws {
        let x = floats([4], [-1.9, 1.9, 0, .nan])
        #expect(try results(Cast(to: .int64), [x])[0].integers == [-1, 1, 0, .min])
        #expect(try results(Cast(to: .bool), [x])[0].integers == [1, 1, 0, 1])
        #expect(try results(Cast(to: .uint8), [int64s(256, -1)])[0].integers == [0, 255])
        #expect(try results(Cast(to: .float16), [floats([1], [65519])])[0].floats == [65504])
    }

    @Test func squaresAreExactlyRoundedProducts() throws {
        let x: Float = 1.0000001
        #expect(try results(Pow(), [floats([1], [x]), floats([], [2])])[0].floats == [x * x])
        #expect(try results(Pow(), [int64s(2, 2, -1, 3), int64s(3, -1, -3, 0)])[0].integers == [8, 0, -1, 1])
    }

    @Test func operandsThatDoNotBroadcastAreNamed() {
        #expect(
            complaint(Add(), [floats([2], [1, 2]), floats([3], [1, 2, 3])])
                == "float32[2] and float32[3] cannot be broadcast: aligned at the right, dimensions must be equal or 1")
        #expect(
            complaint(Add(), [floats([1], [1]), int64s(1)]) == "input B is int64[1]; valid element types are float32")
    }

    @Test func samplesStayApartOnlyWhereTheyAlign() {
        #expect(Add().keepsSamplesApart([unknown([2, 3]), unknown([2, 3])]))
        #expect(Add().keepsSamplesApart([unknown([2, 3]), unknown([3])]))
        #expect(!Add().keepsSamplesApart([unknown([2, 2]), unknown([2])]))
        #expect(Add().keepsSamplesApart([unknown([2, 2]), Operand(floats([2], [1, 2]))]))
    }
}
