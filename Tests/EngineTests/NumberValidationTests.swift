import BNNM
import BNNMFormat
import XCTest

/// Files with operators of version 1.2, or numbers of its types, whose structure is right but whose meaning is not.
final class NumberValidationTests: EngineTestCase {
    private let dims = [2, 3, 4]

    /// A model of one operator on an input of `dims` and whatever `more` adds.
    private func model(
        _ code: bnnmf_op_code, _ type: bnnmf_element_type = BNNMF_FLOAT32, to result: bnnmf_element_type? = nil,
        _ shape: [Int], _ set: (inout bnnmf_op) -> Void = { _ in }, more: (ModelDescription) -> [UInt32] = { _ in [] }
    ) -> ModelDescription {
        let model = ModelDescription()
        model.batch = 1
        var x = model.input(dims, type: type == BNNMF_BITS ? BNNMF_FLOAT32 : type)
        if type == BNNMF_BITS { x = model.sign(x, dims) }
        let y = model.op(code, [x] + more(model), result ?? type, shape, set)
        model.output((result ?? type) == BNNMF_BITS ? model.unpack(y, shape) : y)
        return model
    }

    func testGathers() {
        func gather(
            _ shape: [Int] = [2, 2, 4], indices: BNNMValues = .int32([0, 5]), indexDims: [Int] = [2],
            fill: BNNMValues? = nil, fillDims: [Int] = [], to result: bnnmf_element_type? = nil
        ) -> ModelDescription {
            model(BNNMF_OP_GATHER, to: result, shape) {
                $0.parameters.gather.axis = 1
            } more: { model in
                [model.constant(indices, indexDims)] + (fill.map { [model.constant($0, fillDims)] } ?? [])
            }
        }
        XCTAssertNoThrow(try gather().open())
        XCTAssertNoThrow(try gather(fill: .float32([1]), fillDims: [1, 1]).open())
        assertRefused(gather(indices: .int64([0, 5])), "the indices must be int32, not int64")
        assertRefused(gather(indexDims: [1, 2]), "the rank of the indices must be 1, not 2")
        assertRefused(gather([2, 3, 4]), "the output's extent must be 2, not 3")
        assertRefused(gather([2, 2, 5]), "the output's extent must be 4, not 5")
        assertRefused(gather([2, 2]), "the output's rank must be 3, not 2")
        assertRefused(gather(to: BNNMF_INT32), "the output must be float32, not int32")
        assertRefused(gather(fill: .int32([1])), "the fill must be float32, not int32")
        assertRefused(
            gather(fill: .float32([1, 2]), fillDims: [2]), "the fill's number of elements must be 1, not 2")
    }

    func testWeightedSums() {
        func resample(
            _ shape: [Int] = [2, 3, 2], indices: [Int32] = [0, 1, 2, 3], type: bnnmf_element_type = BNNMF_FLOAT32,
            to result: bnnmf_element_type? = nil
        ) -> ModelDescription {
            let holder = model(BNNMF_OP_RESAMPLE, type, to: result, shape)
            let (places, weights) = (holder.blob(indices), holder.blob([1, 2, 3, 4] as [Float]))
            holder.ops[0].parameters.resample = bnnmf_resample(
                axis: 2, count: 2, taps: 2, indices: places, weights: weights)
            return holder
        }
        XCTAssertNoThrow(try resample().open())
        assertRefused(resample(indices: [0, 1, 2, 4]), "its indices must be below the input's extent")
        assertRefused(resample(indices: [0, 1, 2, -1]), "its indices must be below the input's extent")
        assertRefused(resample([2, 3, 3]), "the output's extent must be 2, not 3")
        assertRefused(resample([2, 4, 2]), "the output's extent must be 3, not 4")
        assertRefused(resample([2, 3, 2, 1]), "the output's rank must be 3, not 4")
        assertRefused(resample(type: BNNMF_INT32), "the input must be float32, not int32")
        assertRefused(resample(to: BNNMF_INT32), "the output must be float32, not int32")
    }

    func testReductions() {
        func reduce(
            _ function: bnnmf_reduction, _ shape: [Int] = [2, 1, 1], type: bnnmf_element_type = BNNMF_FLOAT32,
            to result: bnnmf_element_type? = nil
        ) -> ModelDescription {
            model(BNNMF_OP_REDUCE, type, to: result, shape) {
                $0.parameters.reduce = bnnmf_reduce(
                    function: function.rawValue, axis: 1, axis_count: 2, select_last: 0)
            }
        }
        XCTAssertNoThrow(try reduce(BNNMF_REDUCE_SUM).open())
        assertRefused(reduce(BNNMF_REDUCE_SUM, [2, 1, 4]), "the output's extent must be 1, not 4")
        assertRefused(reduce(BNNMF_REDUCE_SUM, [1, 1, 1]), "the output's extent must be 2, not 1")
        assertRefused(
            reduce(BNNMF_REDUCE_SUM, [2, 1, 1, 1]), "the output's rank must be 3, not 4")
        assertRefused(reduce(BNNMF_REDUCE_SUM, type: BNNMF_BOOL), "the input must be float32, int32 or int64")
        assertRefused(reduce(BNNMF_REDUCE_PRODUCT, type: BNNMF_BITS), "the input must be float32, int32 or int64")
        assertRefused(reduce(BNNMF_REDUCE_MEAN, type: BNNMF_INT64), "the input must be float32, not int64")
        assertRefused(reduce(BNNMF_REDUCE_MAXIMUM, type: BNNMF_BITS), "the input must not be bits")
        assertRefused(reduce(BNNMF_ARGMAX, type: BNNMF_BOOL, to: BNNMF_INT64), "must be float32, int32 or int64")
        assertRefused(reduce(BNNMF_ARGMIN), "the output must be int64, not float32")
        assertRefused(reduce(BNNMF_REDUCE_SUM, to: BNNMF_INT64), "the output must be float32, not int64")
    }

    func testProducts() {
        func matmul(
            _ shape: [Int] = [2, 3, 5], other: [Int] = [4, 5],
            types: [bnnmf_element_type] = [BNNMF_FLOAT32, BNNMF_FLOAT32],
            to result: bnnmf_element_type = BNNMF_FLOAT32
        ) -> ModelDescription {
            model(BNNMF_OP_MATMUL, types[0], to: result, shape, more: { [$0.input(other, name: "w", type: types[1])] })
        }
        XCTAssertNoThrow(try matmul().open())
        XCTAssertNoThrow(try matmul([7, 2, 3, 5], other: [7, 1, 4, 5]).open())
        assertRefused(matmul(other: [3, 5]), "what input 1 sums over must be 4, not 3")
        assertRefused(matmul([2, 3, 6]), "the output's number of columns must be 5, not 6")
        assertRefused(matmul([2, 4, 5]), "the output's number of rows must be 3, not 4")
        assertRefused(matmul([3, 3, 5], other: [3, 4, 5]), "extents of the inputs must be equal or 1")
        assertRefused(matmul([1, 3, 5]), "the output's extent must be 2, not 1")
        assertRefused(matmul([3, 5]), "the output's rank must be 3, not 2")
        assertRefused(matmul(other: [4]), "its inputs must have at least 2 dimensions")
        assertRefused(matmul(types: [BNNMF_INT32, BNNMF_FLOAT32]), "input 0 must be float32, not int32")
        assertRefused(matmul(types: [BNNMF_FLOAT32, BNNMF_BOOL]), "input 1 must be float32, not bool")
        assertRefused(matmul(to: BNNMF_INT32), "the output must be float32, not int32")
    }

    func testProductsOfBits() {
        func matmul(
            _ shape: [Int] = [2, 3, 5], other: [Int] = [5, 4], type: bnnmf_element_type = BNNMF_BITS,
            areBits: Bool = true, to result: bnnmf_element_type = BNNMF_INT32
        ) -> ModelDescription {
            model(
                BNNMF_OP_BINARY_MATMUL, type, to: result, shape,
                more: {
                    let w = $0.input(other, name: "w")
                    return [areBits ? $0.sign(w, other) : w]
                })
        }
        XCTAssertNoThrow(try matmul().open())
        XCTAssertNoThrow(try matmul(to: BNNMF_FLOAT32).open())
        assertRefused(matmul(other: [5, 5]), "what input 1 sums over must be 4, not 5")
        assertRefused(matmul([2, 3, 4]), "the output's number of columns must be 5, not 4")
        assertRefused(matmul(type: BNNMF_FLOAT32), "input 0 must be bits, not float32")
        assertRefused(matmul(areBits: false), "input 1 must be bits, not float32")
        assertRefused(matmul(to: BNNMF_INT64), "the output must be int32 or float32")

        let long = ModelDescription()
        long.batch = 1
        let count = 1 << 24 + 1
        let words = long.blob([UInt64](repeating: 0, count: count / 64 + 1))
        let bits = long.tensor(BNNMF_BITS, [1, count], blob: words)
        long.output(long.op(BNNMF_OP_BINARY_MATMUL, [bits, bits], BNNMF_INT32, [1, 1]))
        assertRefused(long, "the channels it sums over must be at most 16777216", .limitExceeded)
    }

    func testFunctions() {
        func function(
            _ function: bnnmf_function, _ types: [bnnmf_element_type], to result: bnnmf_element_type
        ) -> ModelDescription {
            let model = ModelDescription()
            model.batch = 1
            let inputs = types.enumerated().map { position, type -> UInt32 in
                let x = model.input([3], name: "x\(position)", type: type == BNNMF_BITS ? BNNMF_FLOAT32 : type)
                return type == BNNMF_BITS ? model.sign(x, [3]) : x
            }
            let y = model.op(BNNMF_OP_ELEMENTWISE, inputs, result, [3]) {
                $0.parameters.elementwise.function = function.rawValue
            }
            model.output(result == BNNMF_BITS ? model.unpack(y, [3]) : y)
            return model
        }
        let (float, int, wide, bool) = (BNNMF_FLOAT32, BNNMF_INT32, BNNMF_INT64, BNNMF_BOOL)
        assertRefused(function(BNNMF_ADD, [int, float], to: int), "input 1 must be int32, not float32")
        assertRefused(function(BNNMF_ADD, [int, int], to: float), "the output must be int32, not float32")
        assertRefused(function(BNNMF_ADD, [bool, bool], to: bool), "input 0 must be float32, int32 or int64")
        assertRefused(function(BNNMF_ADD, [BNNMF_BITS, float], to: float), "its inputs must not be bits")
        assertRefused(function(BNNMF_CAST, [float], to: BNNMF_BITS), "the output must not be bits")
        assertRefused(function(BNNMF_CAST, [BNNMF_BITS], to: float), "its inputs must not be bits")
        assertRefused(function(BNNMF_POWER, [float, bool], to: float), "input 1 must be float32, int32 or int64")
        assertRefused(function(BNNMF_POWER, [float, wide], to: wide), "the output must be float32, not int64")
        assertRefused(function(BNNMF_EQUAL, [wide, int], to: bool), "input 1 must be int64, not int32")
        assertRefused(function(BNNMF_EQUAL, [wide, wide], to: wide), "the output must be bool, not int64")
        assertRefused(function(BNNMF_LESS, [bool, bool], to: bool), "input 0 must be float32, int32 or int64")
        assertRefused(function(BNNMF_AND, [int, int], to: int), "input 0 must be bool, not int32")
        assertRefused(function(BNNMF_OR, [bool, int], to: bool), "input 1 must be bool, not int32")
        assertRefused(function(BNNMF_XOR, [bool, bool], to: int), "the output must be bool, not int32")
        assertRefused(function(BNNMF_WHERE, [int, int, int], to: int), "input 0 must be bool, not int32")
        assertRefused(function(BNNMF_WHERE, [bool, int, wide], to: int), "input 2 must be int32, not int64")
        assertRefused(function(BNNMF_WHERE, [bool, int, int], to: wide), "the output must be int32, not int64")
        let shapes = model(BNNMF_OP_ELEMENTWISE, BNNMF_BOOL, [2, 3, 1]) {
            $0.parameters.elementwise.function = BNNMF_AND.rawValue
        } more: {
            [$0.input([3, 1], type: BNNMF_BOOL)]
        }
        assertRefused(shapes, "the output's extent must be 4, not 1")
    }

    func testTransposesOfBitsOfTheLastAxis() {
        assertRefused(
            model(BNNMF_OP_TRANSPOSE, BNNMF_BITS, [2, 4, 3]) {
                $0.parameters.transpose = bnnmf_transpose(rank: 3, permutation: (0, 2, 1, 0, 0, 0, 0, 0))
            }, "of bits, the last axis must stay the last: it is packed")
    }

    func testTruthValuesAreZeroOrOne() {
        let model = ModelDescription()
        model.output(model.tensor(BNNMF_BOOL, [3], blob: model.blob([0, 1, 2] as [UInt8])))
        assertRefused(model, "bool values must be 0 or 1")
    }

    func testOtherOperatorsRefuseTheNewTypes() {
        let image = [1, 2, 2, 3]
        func one(
            _ code: bnnmf_op_code, _ type: bnnmf_element_type, to result: bnnmf_element_type,
            _ set: (ModelDescription) -> (inout bnnmf_op) -> Void
        ) -> ModelDescription {
            let model = ModelDescription()
            let set = set(model)
            let y = model.op(code, [model.input(image, type: type)], result, image) { set(&$0) }
            model.output(result == BNNMF_BITS ? model.unpack(y, image) : y)
            return model
        }
        for type in [BNNMF_INT64, BNNMF_BOOL] {
            assertRefused(
                one(BNNMF_OP_MAX_POOL, type, to: type) { _ in
                    { $0.parameters.pool = bnnmf_pool(window: window(), count_include_pad: 0, or_channels: .max) }
                }, "the input must be float32 or int32")
            assertRefused(
                one(BNNMF_OP_BINARIZE, type, to: BNNMF_BITS) { model in
                    let points = model.blob([0, 0, 0] as [Float])
                    return {
                        $0.parameters.binarize = bnnmf_binarize(switch_points: points, switch_count: 1, period: 3)
                    }
                }, "the input must be float32 or int32")
            assertRefused(
                one(BNNMF_OP_CLAMP, type, to: type) { _ in
                    { $0.parameters.clamp = bnnmf_clamp(minimum: 0, maximum: 1) }
                }, "the input must be float32")
        }
    }
}
