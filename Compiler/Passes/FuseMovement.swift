import BNNMIR

/// Makes every chain of Transposes and Reshapes of a laid-out graph the shortest one that does the same: nothing, or one
/// Reshape where elements stay where they are in memory, else one Transpose between two Reshapes. Bits are packed along
/// their last axis, not dense, and stay as they are.
public struct FuseMovement: Pass {
    public let takes = Stage.laidOut
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        try graph.fuseMovements { $0.type.elementType != .binary }
    }
}
