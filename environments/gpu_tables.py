"""The figures of the GPU catalogue, one machine type a line, and where each column comes from.

As of 2026-11-21. A test compares every line with the instance table of moto 5.2.5, which is AWS's own answer
to DescribeInstanceTypes; where the two differ is listed there.

Columns, and their source where it is not DescribeInstanceTypes:
- `GiB`, `MiB`: memory of the machine; of one accelerator. `NVMe`: all local disks, in GB.
- `n`, `accelerator`: how many, and which. `l4/8` is an eighth of an L4, which the machine has to itself.
- `Gbps`: baseline bandwidth of all network cards, from Karpenter's table of AWS's published figures
  (aws/karpenter-provider-aws, `zz_generated.bandwidth.go`, 2026-08-21).
- `cards`: network cards. `EFA`: which of them take an EFA interface, from 0; `1-15/2` is every other one.
- `if`: interfaces one card holds. `pods`: interfaces of card 0, times its addresses less one, plus 2, which
  is what EKS's node agent computes without prefix delegation. 0 in either: unknown.
- `sold`: o on demand, s spot, c capacity block (`SupportedUsageClasses`).
- `USD/h`: on demand, Linux, us-east-1: Karpenter's price table, generated on 2026-07-20 from AWS's price
  list. `-`: no public price.

What DescribeInstanceTypes does not list, or lists wrongly:
- p6e-gb200.36xlarge: AWS's figures for UltraServers (nine of it are a u-p6e-gb200x36: 1,296 vCPU, 8,640
  GiB, 202.5 TB); 740 GB of GPU memory, read as GiB, which is how AWS counts B200's. That EFA is on the odd
  cards is reported from EC2's guide by others and not checked against it.
- trn2: 96 GiB a chip (AWS Neuron documentation, Trainium2 architecture); the API says 512 GiB.
"""

from __future__ import annotations

from typing import Final

NVIDIA: Final = """
# type             vCPU  GiB n accelerator            MiB  NVMe Gbps cards EFA    if pods sold     USD/h
g4dn.xlarge           4   16 1 t4                   16384   125    5     1 -       3   29 os       0.526
g4dn.2xlarge          8   32 1 t4                   16384   225   10     1 -       3   29 os       0.752
g4dn.4xlarge         16   64 1 t4                   16384   225   20     1 -       3   29 os       1.204
g4dn.8xlarge         32  128 1 t4                   16384   900   50     1 0       4   58 os       2.176
g4dn.12xlarge        48  192 4 t4                   16384   900   50     1 0       8  234 os       3.912
g4dn.16xlarge        64  256 1 t4                   16384   900   50     1 0       4   58 os       4.352
g4dn.metal           96  384 8 t4                   16384  1800  100     1 0      15  737 os       7.824
g5.xlarge             4   16 1 a10g                 22888   250  2.5     1 -       4   58 os       1.006
g5.2xlarge            8   32 1 a10g                 22888   450    5     1 -       4   58 os       1.212
g5.4xlarge           16   64 1 a10g                 22888   600   10     1 -       8  234 os       1.624
g5.8xlarge           32  128 1 a10g                 22888   900   25     1 0       8  234 os       2.448
g5.12xlarge          48  192 4 a10g                 22888  3800   40     1 0      15  737 os       5.672
g5.16xlarge          64  256 1 a10g                 22888  1900   25     1 0       8  234 os       4.096
g5.24xlarge          96  384 4 a10g                 22888  3800   50     1 0      15  737 os       8.144
g5.48xlarge         192  768 8 a10g                 22888  7600  100     1 0       7  345 os      16.288
g5g.xlarge            4    8 1 t4g                  16384     0 1.25     1 -       4   58 os        0.42
g5g.2xlarge           8   16 1 t4g                  16384     0  2.5     1 -       4   58 os       0.556
g5g.4xlarge          16   32 1 t4g                  16384     0    5     1 -       8  234 os       0.828
g5g.8xlarge          32   64 1 t4g                  16384     0   12     1 -       8  234 os       1.372
g5g.16xlarge         64  128 2 t4g                  16384     0   25     1 -      15  737 os       2.744
g5g.metal            64  128 2 t4g                  16384     0   25     1 -      15  737 os       2.744
g6.xlarge             4   16 1 l4                   22888   250  2.5     1 -       4   58 os      0.8048
g6.2xlarge            8   32 1 l4                   22888   450    5     1 -       4   58 os      0.9776
g6.4xlarge           16   64 1 l4                   22888   600   10     1 -       8  234 os      1.3232
g6.8xlarge           32  128 1 l4                   22888   900   25     1 0       8  234 os      2.0144
g6.12xlarge          48  192 4 l4                   22888  3760   40     1 0       8  234 os      4.6016
g6.16xlarge          64  256 1 l4                   22888  1880   25     1 0      15  737 os      3.3968
g6.24xlarge          96  384 4 l4                   22888  3760   50     1 0      15  737 os      6.6752
g6.48xlarge         192  768 8 l4                   22888  7520  100     1 0      15  737 os     13.3504
gr6.4xlarge          16  128 1 l4                   22888   600   10     1 -       8  234 os      1.5392
gr6.8xlarge          32  256 1 l4                   22888   900   25     1 0       8  234 os      2.4464
g6f.large             2    8 1 l4/8                  2861   100  1.5     1 -       2   20 os       0.202
g6f.xlarge            4   16 1 l4/8                  2861   100  2.5     1 -       4   58 os      0.2375
g6f.2xlarge           8   32 1 l4/4                  5722   200    5     1 -       4   58 os       0.475
g6f.4xlarge          16   64 1 l4/2                 11444   450   10     1 -       8  234 os        0.95
gr6f.4xlarge         16  128 1 l4/2                 11444   450   10     1 -       8  234 os       1.066
g6e.xlarge            4   32 1 l40s                 45776   250  2.5     1 -       4   58 os       1.861
g6e.2xlarge           8   64 1 l40s                 45776   450    5     1 -       4   58 os     2.24208
g6e.4xlarge          16  128 1 l40s                 45776   600   20     1 -       8  234 os     3.00424
g6e.8xlarge          32  256 1 l40s                 45776   900   25     1 0       8  234 os     4.52856
g6e.12xlarge         48  384 4 l40s                 45776  3800  100     1 0      10  292 os    10.49264
g6e.16xlarge         64  512 1 l40s                 45776  1900   35     1 0      15  737 os     7.57719
g6e.24xlarge         96  768 4 l40s                 45776  3800  200     2 0-1    10  492 os    15.06559
g6e.48xlarge        192 1536 8 l40s                 45776  7600  400     4 0-3    10  492 os    30.13118
g7.2xlarge            8   32 1 rtx-pro-4500         32768   440   40     1 -       4  254 os        2.52
g7.4xlarge           16   64 1 rtx-pro-4500         32768   875   80     1 -       8  506 os     3.04208
g7.8xlarge           32  128 1 rtx-pro-4500         32768   930  100     1 0      10  632 os     4.08624
g7.12xlarge          48  192 2 rtx-pro-4500         32768  1900  175     1 0      12  758 os     7.12832
g7.24xlarge          96  384 4 rtx-pro-4500         32768  3800  350     1 0      24 1514 os    14.25664
g7.48xlarge         192  768 8 rtx-pro-4500         32768  7600  700     2 0-1    12  758 os    28.51328
g7e.2xlarge           8   64 1 rtx-pro-server-6000  98304  1900   50     1 -       4  254 os     3.36312
g7e.4xlarge          16  128 1 rtx-pro-server-6000  98304  1900   50     1 -       8  506 os     3.99816
g7e.8xlarge          32  256 1 rtx-pro-server-6000  98304  1900  100     1 0       8  506 os     5.26824
g7e.12xlarge         48  512 2 rtx-pro-server-6000  98304  3800  400     1 0      10  632 os     8.28608
g7e.24xlarge         96 1024 4 rtx-pro-server-6000  98304  7600  800     2 0-1    10  632 os    16.57216
g7e.48xlarge        192 2048 8 rtx-pro-server-6000  98304 15200 1600     4 0-3    10  632 os    33.14432
p4d.24xlarge         96 1152 8 a100                 40960  8000  400     4 0-3    15  737 osc  21.957642
p4de.24xlarge        96 1152 8 a100                 81920  8000  400     4 0-3    15  737 osc   27.44705
p5.4xlarge           16  256 1 h100                 81920  3800  100     1 0       4  118 osc       6.88
p5.48xlarge         192 2048 8 h100                 81920 30400 3200    32 0-31    2  100 osc      55.04
p5e.48xlarge        192 2048 8 h200                144384 30400 3200    32 0-31    2  100 osc          -
p5en.48xlarge       192 2048 8 h200                144384 30400 3200    16 0-15    4  198 osc     63.296
p6-b200.48xlarge    192 2048 8 b200                183359 30400 3200     8 0-7     4  198 osc   113.9328
p6-b300.48xlarge    192 4096 8 b300                275040 30400 6400    17 1-16    4  198 osc    142.416
p6e-gb200.36xlarge  144  960 4 gb200               189440 22500 3200    17 1-15/2  0    0 c            -
"""

NEURON: Final = """
# type         vCPU  GiB  n accelerator   MiB NVMe   Gbps cards EFA  if pods sold    USD/h
inf1.xlarge       4    8  1 inferentia   8192    0      5     1 -     4   38 os      0.228
inf1.2xlarge      8   16  1 inferentia   8192    0      5     1 -     4   38 os      0.362
inf1.6xlarge     24   48  4 inferentia   8192    0     25     1 -     8  234 os       1.18
inf1.24xlarge    96  192 16 inferentia   8192    0    100     1 0    11  321 os      4.721
inf2.xlarge       4   16  1 inferentia2 32768    0  2.083     1 -     4   58 os     0.7582
inf2.8xlarge     32  128  1 inferentia2 32768    0 16.667     1 -     8  234 os    1.96786
inf2.24xlarge    96  384  6 inferentia2 32768    0     50     1 -    15  737 os    6.49063
inf2.48xlarge   192  768 12 inferentia2 32768    0    100     1 -    15  737 os   12.98127
trn1.2xlarge      8   32  1 trainium    32768  474  3.125     1 -     4   58 os    1.34375
trn1.32xlarge   128  512 16 trainium    32768 7600    800     8 0-7   5  247 osc      21.5
trn1n.32xlarge  128  512 16 trainium    32768 7600   1600    16 0-15  5  247 os      24.78
trn2.3xlarge     12  128  1 trainium2   98304  470    200     1 0     2   30 osc         -
trn2.48xlarge   192 2048 16 trainium2   98304 7600   3200    16 0-15  2  100 osc         -
trn2u.48xlarge  192 2048 16 trainium2   98304 7600   3200    16 0-15  2  100 oc          -
"""
