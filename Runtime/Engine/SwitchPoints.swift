/// The check of a blob of switch points [switchCount][columnCount]: points ascend in every column, absent ones last.
enum SwitchPoints {
    static func validate(
        _ index: UInt32, switchCount: UInt32, columnCount: Int64, type: Tensor.ElementType, _ scope: OperatorScope
    ) throws(Failure) {
        if switchCount == 0, index == UInt32.max { return }
        let byteCount = product(Int64(switchCount), columnCount, 4)
        let data = try scope.blob("switch points", index, byteCount: byteCount)
        let columns = Int(columnCount)
        let count = Int(switchCount) &* columns
        let ascend = "switch points of a channel must ascend" as StaticString
        if type == .int32 {
            let points = data.assumingMemoryBound(to: Int32.self)
            var position = columns
            while position < count {
                try scope.require(points[position &- columns] <= points[position], ascend)
                position &+= 1
            }
        } else {
            let points = data.assumingMemoryBound(to: Float.self)
            var position = columns
            while position < count {
                let (before, point) = (points[position &- columns], points[position])
                try scope.require(
                    point.isNaN || before <= point, "switch points of a channel must ascend, NaN standing last")
                position &+= 1
            }
        }
    }
}
