/// ONNX AveragePool (opset 11, 19): the mean of the elements under each window, summed in float64 and rounded once.
///
/// Padding counts as elements of 0 with `countIncludePad`; what `ceilMode` lets a window reach beyond the padding never
/// counts.
public struct AveragePool: WindowPool {
    public static let name = "AveragePool"
    public var window: Window
    public var ceilMode: Bool
    public var countIncludePad: Bool
    public var autoPad: AutoPad

    public init(window: Window, ceilMode: Bool = false, countIncludePad: Bool = false, autoPad: AutoPad = .explicit) {
        self.window = window
        self.ceilMode = ceilMode
        self.countIncludePad = countIncludePad
        self.autoPad = autoPad
    }

    public var attributes: [Attribute] {
        windowAttributes + (countIncludePad ? [Attribute("count_include_pad", 1)] : [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.floats)
        return [try TensorType.checked(x.elementType, try pooledShape(x.type))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let padded = paddedWindow(input: x.shape, output: type.shape)
        /// Taps of the window at `output` that are on the input or on padding of the operator's own.
        func counted(_ axis: Window.Axis, padEnd: Int, input: Int, output: Int) -> Int {
            let room = input + padEnd - axis.coordinate(output: output, tap: 0)
            return min(axis.kernel, max(0, (room + axis.dilation - 1) / axis.dilation))
        }
        let height = x.type.rank == 4 ? x.shape[2] : 1, width = x.shape[x.type.rank - 1]
        let (padBottom, padRight) =
            autoPad == .explicit
            ? (window.vertical.padEnd, window.horizontal.padEnd) : (padded.vertical.padEnd, padded.horizontal.padEnd)
        let results = pool(x, output: type.shape) { elements, row, column in
            var count = elements.count
            if countIncludePad {
                count =
                    counted(padded.vertical, padEnd: padBottom, input: height, output: row)
                    * counted(padded.horizontal, padEnd: padRight, input: width, output: column)
            }
            return elements.reduce(0, +) / Double(count)
        }
        return [.rounding(results, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// The window with which floor mode and explicit padding give `output` over `input`.
    /// - Throws: `OperatorError` where there is none: ceiling mode makes a window reach beyond padding that counts.
    public func explicitWindow(input: [Int], output: [Int]) throws -> Window {
        let result = paddedWindow(input: input, output: output)
        guard
            autoPad != .explicit || !countIncludePad
                || (result.vertical.padEnd == window.vertical.padEnd
                    && result.horizontal.padEnd == window.horizontal.padEnd)
        else {
            throw OperatorError(
                "ceil_mode=1 with count_include_pad=1 is not supported where a window reaches beyond the padding")
        }
        return result
    }
}
