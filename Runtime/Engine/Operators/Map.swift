import BNNMFormat
import BNNMKernels

/// BNNMF_OP_MAP: float32 [...,M] through an epilogue.
enum Map {
    static func validate(_ scope: OperatorScope) throws(Failure) {
        let x = scope.input(0)
        try scope.require("the input", x, is: .float32)
        guard let epilogue = Epilogue(scope.record) else {
            return try scope.require(false, "a map must have an epilogue")
        }
        try epilogue.validate(x.dims, .float32, scope)
    }

    /// Rows of an image that are summed by themselves where averages are stored: the map's or, where those are few, equal
    /// parts of them, which threads can share. A transformer's tokens are one row.
    private static func rowCount(_ epilogue: Epilogue, _ dims: Dims) -> Int {
        guard epilogue.storesAverages else { return 0 }
        let pixels = Int(dims[1]) &* Int(dims[2])
        var rows = max(1, Int(dims[1]))
        while rows < 8, pixels % (rows &* 2) == 0 { rows &*= 2 }
        return rows
    }

    /// 64-bit words of scratch memory.
    static func scratchWordCount(_ epilogue: Epilogue, _ dims: Dims) -> Int64 {
        EpilogueRun.scratchWordCount(epilogue, dims, rowCount: rowCount(epilogue, dims))
    }

    static func run(_ run: OperatorRun) {
        guard let epilogue = Epilogue(run.record) else { return }
        let dims = run.inputTensor(0).dims
        let scratch = run.scratch.assumingMemoryBound(to: UInt64.self)
        let state = EpilogueRun(epilogue, run, dims, rowCount: rowCount(epilogue, dims), scratch: scratch)
        let input = run.input(0, as: Float.self)
        // Without vectors and averages, images are more rows of one.
        let isOne = !state.hasVectors && !epilogue.storesAverages && run.stripe == nil
        let images = isOne ? 1 : state.imageCount
        let pixels = isOne ? state.pixelCount &* state.imageCount : state.pixelCount
        let rowPixels = epilogue.storesAverages ? pixels / state.rowCount : 1
        let cost = Int64(rowPixels &* state.channels) &* state.costPerValue
        for image in run.images(images) {
            state.clearRowSums()
            let arguments = bnnmk_map(
                input: input + image &* pixels &* state.channels, row_pixels: UInt32(rowPixels),
                epilogue: state.kernelForm(image: image))
            run.parallel(UInt32(pixels / rowPixels), cost: cost, run.table.pointee.map, arguments)
            state.storeAverages(image: image)
        }
    }
}
