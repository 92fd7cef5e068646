using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Tests.Delta.Log;

public sealed class LogFileNameTests
{
    [Fact]
    public void A_file_is_told_by_its_name()
    {
        Assert.Equal(new LogFileName.Commit(12), LogFileName.Parse("00000000000000000012.json"));
        Assert.Equal(new LogFileName.Checkpoint(12), LogFileName.Parse("00000000000000000012.checkpoint.parquet"));
        Assert.Equal(new LogFileName.Checksum(12), LogFileName.Parse("00000000000000000012.crc"));
        Assert.Equal(
            new LogFileName.CheckpointPart(12, 2, 3),
            LogFileName.Parse("00000000000000000012.checkpoint.0000000002.0000000003.parquet"));
        Assert.Equal(
            new LogFileName.UuidCheckpoint(12),
            LogFileName.Parse("00000000000000000012.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"));
    }

    [Theory]
    [InlineData("_last_checkpoint")]
    [InlineData("12.json")]
    [InlineData("00000000000000000012.00000000000000000014.compacted.json")]
    [InlineData("00000000000000000012.json.tmp")]
    [InlineData("0000000000000000001x.json")]
    [InlineData("99999999999999999999.json")]
    [InlineData("00000000000000000012.checkpoint.0000000004.0000000003.parquet")]
    [InlineData("00000000000000000012.checkpoint.0000000000.0000000003.parquet")]
    [InlineData("")]
    public void Other_files_are_nobodys_concern(string name) => Assert.Null(LogFileName.Parse(name));
}
