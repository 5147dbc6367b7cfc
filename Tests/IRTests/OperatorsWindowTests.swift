import Testing

@testable import BNNMIR

@Suite struct OperatorsWindowTests {
    private let ramp = floats([1, 1, 1, 5], [1, 2, 3, 4, 5])

    private func row(kernel: Int, stride: Int = 1, dilation: Int = 1, padBegin: Int = 0, padEnd: Int = 0) -> Window {
        Window(
            Window.Axis(kernel: 1),
            Window.Axis(kernel: kernel, stride: stride, dilation: dilation, padBegin: padBegin, padEnd: padEnd))
    }

    @Test func convWithScaledSignsIsExactlyScaleTimesAccumulator() throws {
        let alpha: Float = 0.1
        let x = floats([1, 9, 1, 1], [1, -1, 1, 1, 1, -1, 1, 1, 1])
        let w = floats([1, 9, 1, 1], [1, 1, 1, 1, -1, 1, 1, 1, 1].map { $0 * alpha })
        #expect(try results(Conv(window: Window(kernel: 1)), [x, w])[0].floats == [Float(3 * Double(alpha))])
    }

    @Test func convPadsAsAutoPadSays() throws {
        let w = floats([1, 1, 1, 2], [1, 10])
        func conv(_ autoPad: AutoPad, stride: Int) throws -> [Float] {
            let op = ShapeDependentConv<Conv>(WindowAttributes(strides: [1, stride]), autoPad: autoPad) {
                Conv(window: Window(over: $0))
            }
            return try results(op, [ramp, w])[0].floats
        }
        #expect(try conv(.sameUpper, stride: 1) == [21, 32, 43, 54, 5])
        #expect(try conv(.sameLower, stride: 1) == [10, 21, 32, 43, 54])
        #expect(try conv(.explicit, stride: 2) == [21, 43])
    }

    @Test func reducedWindowsHaveTheSamePositionsAndTaps() {
        for (kernel, stride, dilation) in combinations([1, 2, 3], [1, 2, 3, 5, 1 << 20], [1, 2, 1 << 20]) {
            for (padBegin, padEnd, input) in combinations([0, 1, 2], [0, 1, 3], [1, 2, 5, 6]) {
                let axis = Window.Axis(
                    kernel: kernel, stride: stride, dilation: dilation, padBegin: padBegin, padEnd: padEnd)
                guard let count = axis.outputCount(input: input) else { continue }
                let reduced = axis.reduced(input: input)
                #expect(reduced.outputCount(input: input) == count)
                #expect(max(reduced.stride, reduced.dilation) <= input + padBegin + padEnd)
                for output in 0..<count {
                    #expect(
                        reduced.validTaps(output: output, input: input) == axis.validTaps(output: output, input: input))
                    for tap in 0..<kernel {
                        #expect(
                            reduced.coordinate(output: output, tap: tap) == axis.coordinate(output: output, tap: tap))
                    }
                }
            }
        }
    }

    private func combinations(_ a: [Int], _ b: [Int], _ c: [Int]) -> [(Int, Int, Int)] {
        a.flatMap { a in b.flatMap { b in c.map { (a, b, $0) } } }
    }

    @Test func convRefusesHostileWindows() {
        let w = floats([1, 1, 1, 2], [1, 10])
        for window in [
            row(kernel: 2, stride: 0), row(kernel: 2, dilation: 0), row(kernel: 2, padBegin: -1),
            row(kernel: 2, stride: .max),
            row(kernel: 2, dilation: .max), row(kernel: 2, padEnd: .max), row(kernel: 3), row(kernel: 2, dilation: 5),
        ] {
            #expect(complaint(Conv(window: window), [ramp, w]) != nil, "\(window)")
        }
        for groups in [0, -1, 2, .max, .min] {
            #expect(complaint(Conv(window: row(kernel: 2), groups: groups), [ramp, w]) != nil, "\(groups) groups")
        }
    }

    @Test func maxPoolNeverTakesPaddingAndKeepsNaN() throws {
        let x = floats([1, 1, 1, 3], [-3, -1, -2])
        #expect(try results(MaxPool(window: row(kernel: 2, padBegin: 1)), [x])[0].floats == [-3, -1, -1])
        let y = try results(MaxPool(window: row(kernel: 2)), [floats([1, 1, 1, 3], [.nan, 1, 2])])[0].floats
        #expect(y[0].isNaN && y[1] == 2)
    }

    @Test func ceilModeCountsWindowsThatBeginBeforeTheEndPadding() throws {
        let pool = MaxPool(window: row(kernel: 2, stride: 2), ceilMode: true)
        #expect(try results(pool, [ramp])[0].floats == [2, 4, 5])
        #expect(pool.explicitWindow(input: [1, 1, 1, 5], output: [1, 1, 1, 3]).horizontal.padEnd == 1)
        let padded = MaxPool(window: row(kernel: 2, stride: 3, padEnd: 1), ceilMode: true)
        #expect(try results(padded, [ramp])[0].floats == [2, 5])
        let beyond = MaxPool(window: row(kernel: 1, stride: 5), ceilMode: true)
        #expect(try results(beyond, [ramp])[0].floats == [1])
    }

    @Test func averagePoolCountsItsOwnPaddingOnly() throws {
        let window = row(kernel: 3, stride: 3, padBegin: 1)
        #expect(try results(AveragePool(window: window), [ramp])[0].floats == [1.5, 4])
        #expect(try results(AveragePool(window: window, countIncludePad: true), [ramp])[0].floats == [1, 4])
        let ceil = AveragePool(window: row(kernel: 3, stride: 3), ceilMode: true, countIncludePad: true)
        #expect(try results(ceil, [ramp])[0].floats == [2, 4.5])
        #expect(throws: OperatorError.self) { try ceil.explicitWindow(input: [1, 1, 1, 5], output: [1, 1, 1, 2]) }
    }

    @Test func convTransposeAddsWhereWindowsOverlap() throws {
        let x = floats([1, 1, 1, 2], [1, 2]), w = floats([1, 1, 1, 3], [1, 10, 100])
        let window = row(kernel: 3, stride: 2)
        #expect(try results(ConvTranspose(window: window), [x, w])[0].floats == [1, 10, 102, 20, 200])
        let fixed = ConvTranspose(window: window, outputShape: [1, 4])
        #expect(try results(fixed, [x, w])[0].floats == [10, 102, 20, 200])
        #expect(complaint(ConvTranspose(window: window, outputPadding: (0, 2)), [x, w]) != nil)
    }

    @Test func resizeMapsCoordinates() throws {
        let x = floats([1, 1, 1, 2], [0, 4]), scales = floats([4], [1, 1, 1, 2])
        func resize(_ mode: Resize.Mode, _ transformation: Resize.CoordinateTransformation) throws -> [Float] {
            try results(Resize(mode: mode, transformation: transformation, rounding: .floor), [x, nil, scales])[0]
                .floats
        }
        #expect(try resize(.nearest, .asymmetric) == [0, 0, 4, 4])
        #expect(try resize(.linear, .asymmetric) == [0, 2, 4, 4])
        #expect(try resize(.linear, .halfPixel) == [0, 1, 3, 4])
        #expect(try resize(.linear, .alignCorners) == [0, Float(4.0 / 3), Float(8.0 / 3), 4])
        #expect(complaint(Resize(), [x, nil, floats([4], [1, 1, 1, .infinity])]) != nil)
        #expect(complaint(Resize(), [x, nil, nil, int64s(1, 1, 1, .max)]) != nil)
        #expect(complaint(Resize(), [x]) == "one of the inputs scales and sizes must be given")
    }
}
